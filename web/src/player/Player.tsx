import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
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
import { useAudio } from "./use-audio";
import { placeWords, wordAt, wordsByTurn } from "./words";

const RATES = [0.75, 1, 1.25, 1.5, 2];
const STEP_MS = 5_000;
const TAKES_SPACE = "a, button, input, select, textarea, summary, dialog";

/** A turn as it is heard, with its speaker's colour. */
export interface HeardTurn {
  index: number;
  speaker: string;
  text: string;
  hue: number;
  start_ms: number;
  end_ms: number;
}

interface Props {
  jobId: string;
  durationMs: number;
  /** In order of their starts. */
  turns: readonly HeardTurn[];
  language: string;
}

/** The finished audio: the controls, the dialogue as a timeline, and its turns to read along. */
export function Player({ jobId, durationMs, turns, language }: Props) {
  const { t, format } = useSpeech();
  const audio = useAudio(jobId);
  const { seek, toggle, nowMs } = audio;
  const current = turnAt(turns, nowMs);

  const [wasPlayed, setWasPlayed] = useState(false);
  useEffect(() => setWasPlayed((before) => before || audio.isPlaying), [audio.isPlaying]);
  const { data: timings } = useWords(jobId, { enabled: wasPlayed });
  const wordsOf = useMemo(() => timings && wordsByTurn(timings), [timings]);
  const turn = turns[current];
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
    const to = neighbour(turns, nowMs, direction);
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

  const onTurn = useCallback((turn: HeardTurn) => seek(turn.start_ms), [seek]);

  return (
    <>
      <section className="card player" aria-label={t.player.title}>
        <audio ref={audio.element} src={audio.src} preload="metadata" {...audio.events} />
        <div className="player-controls">
          <IconButton icon="previous" name={t.player.previous} onClick={() => step(-1)} />
          <button
            type="button"
            className="player-play"
            aria-label={audio.isPlaying ? t.player.pause : t.player.play}
            aria-disabled={audio.src === undefined || undefined}
            onClick={toggle}
          >
            <Icon name={audio.isPlaying ? "pause" : "play"} />
          </button>
          <IconButton icon="next" name={t.player.next} onClick={() => step(1)} />
          <p className="player-clock">
            <b>{format.clock(nowMs)}</b> / {format.clock(durationMs)}
          </p>
          <select
            className="field player-rate"
            aria-label={t.player.speed}
            value={audio.rate}
            onChange={(event) => audio.setRate(Number(event.target.value))}
          >
            {RATES.map((rate) => (
              <option key={rate} value={rate}>
                {format.number(rate)}×
              </option>
            ))}
          </select>
        </div>
        <div className="player-position">
          <Timeline turns={turns} durationMs={durationMs} />
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
        {audio.error !== null && audio.error !== undefined && (
          <Notice tone="alarm" title={t.player.failed}>
            {isUnsupported(audio.error) && <p>{t.player.unsupported}</p>}
            <Button onClick={audio.reload}>{t.app.retry}</Button>
          </Notice>
        )}
      </section>
      <TurnList
        turns={turns}
        current={current}
        word={word}
        isPlaying={audio.isPlaying}
        language={language}
        onTurn={onTurn}
      />
    </>
  );
}

/** Whether the browser does not know the format; it says the same of an address where there is nothing. */
function isUnsupported(error: unknown): boolean {
  return error instanceof MediaError && error.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED;
}
