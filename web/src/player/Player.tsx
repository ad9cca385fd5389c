import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useWords } from "../api/jobs";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { IconButton } from "../ui/IconButton";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import "./player.css";
import { Timeline } from "./Timeline";
import { TurnList } from "./TurnList";
import { neighbour, turnAt } from "./timing";
import { isHeard, type ListedTurn } from "./turns";
import { useFile } from "./use-file";
import { usePlayback } from "./use-playback";
import { useStream } from "./use-stream";
import { placeWords, wordAt, wordsByTurn } from "./words";

const RATES = [0.75, 1, 1.25, 1.5, 2];
const STEP_MS = 5_000;
const TAKES_SPACE = "a, button, input, select, textarea, summary, dialog";

interface Props {
  jobId: string;
  /** Of the finished file; undefined while it is being made. */
  durationMs: number | undefined;
  /** In spoken order; with their times once the file is finished. */
  turns: readonly ListedTurn[];
  language: string;
  /** What stands between the controls and the turns. */
  between?: ReactNode;
  /** What can be done with a turn besides. */
  more?: (turn: ListedTurn, position: number, tabIndex: 0 | -1) => ReactNode;
}

/**
 * A job's audio: the controls, the dialogue as a timeline, and its turns to read along.
 *
 * While the file is being made, what is there of it is streamed. Whoever listens to the stream goes on with the file as
 * soon as they pause after it is finished.
 */
export function Player({ jobId, durationMs: fileDurationMs, turns: listed, language, between, more }: Props) {
  const { t, format } = useSpeech();
  const isFinished = fileDurationMs !== undefined;
  const playback = usePlayback();
  const { isPlaying, nowMs, seek, rate } = playback;
  const [isStreamed, setIsStreamed] = useState(!isFinished);
  const stream = useStream(jobId, playback);
  const file = useFile(jobId, playback, { enabled: isFinished });
  const source = isStreamed ? stream : file;
  const { toggle, playFrom } = source;

  const durationMs = (isStreamed ? stream.durationMs : fileDurationMs) ?? 0;
  const turns = useMemo(
    () => (isStreamed ? listed.map((turn) => ({ ...turn, ...(stream.times.get(turn.index) ?? NOT_YET) })) : listed),
    [isStreamed, listed, stream.times],
  );
  const heard = useMemo(() => turns.filter(isHeard), [turns]);
  const current = turnAt(heard, nowMs);
  const turn = heard[current];

  const { close } = stream;
  const { startAt } = file;
  const mayChange = isStreamed && isFinished && !isPlaying && !stream.isLoading;
  useEffect(() => {
    if (!mayChange) return;
    const inFile = listed.find(({ index }) => index === turn?.index)?.start_ms;
    if (turn && inFile !== undefined && nowMs > 0) startAt(inFile + Math.max(nowMs - turn.start_ms, 0));
    close();
    setIsStreamed(false);
  }, [mayChange, listed, turn, nowMs, startAt, close]);

  const [wasPlayed, setWasPlayed] = useState(false);
  useEffect(() => setWasPlayed((before) => before || isPlaying), [isPlaying]);
  const { data: timings } = useWords(jobId, { enabled: wasPlayed && !isStreamed });
  const wordsOf = useMemo(() => timings && wordsByTurn(timings), [timings]);
  const words = useMemo(() => turn && placeWords(turn.text, wordsOf?.get(turn.index) ?? []), [turn, wordsOf]);
  const word = words && wordAt(words, nowMs);

  const latestToggle = useRef(toggle);
  latestToggle.current = toggle;
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const isTaken = event.target instanceof Element && event.target.closest(TAKES_SPACE) !== null;
      if (event.key !== " " || isTaken || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      latestToggle.current();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  function step(direction: -1 | 1): void {
    const to = neighbour(heard, nowMs, direction);
    if (to !== undefined) seek(to);
  }

  function onPositionKey(event: KeyboardEvent): void {
    const by = { ArrowLeft: -STEP_MS, ArrowDown: -STEP_MS, ArrowRight: STEP_MS, ArrowUp: STEP_MS }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      seek(Math.min(Math.max(nowMs + by, 0), durationMs));
    } else if (event.key === " ") {
      event.preventDefault();
      toggle();
    }
  }

  const onTurn = useCallback(
    ({ start_ms }: ListedTurn) => {
      if (start_ms !== undefined) playFrom(start_ms);
    },
    [playFrom],
  );

  const isReady = isStreamed || file.src !== undefined;
  return (
    <>
      <section className="card player" aria-label={t.player.title}>
        {/* biome-ignore lint/a11y/useMediaCaption: the turns below are what is said */}
        <audio
          ref={playback.element}
          src={isStreamed ? undefined : file.src}
          preload="metadata"
          onPlay={playback.onPlay}
          onPause={playback.onPause}
          onTimeUpdate={playback.onTimeUpdate}
          onLoadedMetadata={isStreamed ? undefined : file.onLoadedMetadata}
          onError={isStreamed ? undefined : file.onError}
        />
        <div className="player-controls">
          <IconButton icon="previous" name={t.player.previous} onClick={() => step(-1)} />
          <button
            type="button"
            className="player-play"
            aria-label={isPlaying || (isStreamed && stream.isLoading) ? t.player.pause : t.player.play}
            aria-disabled={!isReady || undefined}
            aria-describedby={isStreamed ? "player-live" : undefined}
            onClick={toggle}
          >
            <Icon name={isPlaying || (isStreamed && stream.isLoading) ? "pause" : "play"} />
          </button>
          <IconButton icon="next" name={t.player.next} onClick={() => step(1)} />
          <p className="player-clock">
            <b>{format.clock(nowMs)}</b> / {format.clock(durationMs)}
          </p>
          <select
            className="field player-rate"
            aria-label={t.player.speed}
            value={rate}
            onChange={(event) => playback.setRate(Number(event.target.value))}
          >
            {RATES.map((each) => (
              <option key={each} value={each}>
                {format.number(each)}×
              </option>
            ))}
          </select>
        </div>
        {isStreamed && (
          <p className="player-live" id="player-live" role="status">
            {isFinished
              ? t.player.complete
              : stream.isLoading
                ? t.player.waiting
                : durationMs === 0
                  ? t.player.live
                  : heard.length < turns.length
                    ? t.player.soFar
                    : t.player.joining}
          </p>
        )}
        {durationMs > 0 && (
          <div className="player-position">
            <Timeline turns={heard} durationMs={durationMs} />
            <span className="player-heard" style={{ inlineSize: `${(nowMs / durationMs) * 100}%` }} />
            <input
              type="range"
              aria-label={t.player.position}
              aria-valuetext={t.player.positionOf(format.clock(nowMs), format.clock(durationMs))}
              min={0}
              max={durationMs}
              step="any"
              value={Math.min(nowMs, durationMs)}
              onChange={(event) => seek(event.target.valueAsNumber)}
              onKeyDown={onPositionKey}
            />
          </div>
        )}
        {source.error !== null && source.error !== undefined && (
          <Notice tone="alarm" title={t.player.failed}>
            {isUnsupported(source.error) && <p>{t.player.unsupported}</p>}
            <Button onClick={source.reload}>{t.app.retry}</Button>
          </Notice>
        )}
      </section>
      {between}
      <TurnList
        turns={turns}
        current={turn === undefined ? -1 : turns.findIndex(({ index }) => index === turn.index)}
        word={word}
        isPlaying={isPlaying}
        language={language}
        onTurn={onTurn}
        more={more}
      />
    </>
  );
}

const NOT_YET = { start_ms: undefined, end_ms: undefined };

/** Whether the browser does not know the format; it says the same of an address where there is nothing. */
function isUnsupported(error: unknown): boolean {
  return error instanceof MediaError && error.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED;
}
