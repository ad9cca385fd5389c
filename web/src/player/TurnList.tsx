import { type KeyboardEvent, memo, useEffect, useRef } from "react";
import { useSpeech } from "../i18n/strings";
import type { HeardTurn } from "./Player";
import type { HeardWord } from "./words";

const HANDS_OFF_MS = 4_000;

interface Props {
  turns: readonly HeardTurn[];
  /** The position of the turn that is heard; −1 for none. */
  current: number;
  /** The word of it that is heard. */
  word: HeardWord | undefined;
  isPlaying: boolean;
  language: string;
  onTurn(turn: HeardTurn): void;
}

/** The turns to read along and to go to. The one that is heard is kept in view, unless the reader has just scrolled. */
export function TurnList({ turns, current, word, isPlaying, language, onTurn }: Props) {
  const { t } = useSpeech();
  const list = useRef<HTMLOListElement>(null);
  const scrolledAt = useRef(0);

  useEffect(() => {
    const onScroll = () => {
      scrolledAt.current = Date.now();
    };
    addEventListener("wheel", onScroll, { passive: true });
    addEventListener("touchmove", onScroll, { passive: true });
    return () => {
      removeEventListener("wheel", onScroll);
      removeEventListener("touchmove", onScroll);
    };
  }, []);

  useEffect(() => {
    if (!isPlaying || current < 0 || Date.now() - scrolledAt.current < HANDS_OFF_MS) return;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    list.current?.children[current]?.scrollIntoView({ block: "nearest", behavior: isCalm ? "auto" : "smooth" });
  }, [current, isPlaying]);

  function onKeyDown(event: KeyboardEvent): void {
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const here = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || here < 0) return;
    event.preventDefault();
    buttons[to]?.focus();
  }

  return (
    <ol className="turns" ref={list} aria-label={t.player.turns} lang={language} onKeyDown={onKeyDown}>
      {turns.map((turn, position) => (
        <TurnRow
          key={turn.index}
          turn={turn}
          isCurrent={position === current}
          word={position === current ? word : undefined}
          isTabStop={position === Math.max(current, 0)}
          onTurn={onTurn}
        />
      ))}
    </ol>
  );
}

const TurnRow = memo(function TurnRow(props: {
  turn: HeardTurn;
  isCurrent: boolean;
  word: HeardWord | undefined;
  isTabStop: boolean;
  onTurn(turn: HeardTurn): void;
}) {
  const { turn, isCurrent, word, isTabStop, onTurn } = props;
  const { format } = useSpeech();
  return (
    <li data-hue={turn.hue}>
      <button
        type="button"
        className="turn"
        aria-current={isCurrent || undefined}
        tabIndex={isTabStop ? 0 : -1}
        onClick={() => onTurn(turn)}
      >
        <span className="turn-time">{format.clock(turn.start_ms)}</span>
        <b className="turn-speaker">{turn.speaker}</b>
        <span className="turn-text">
          {word ? (
            <>
              {turn.text.slice(0, word.from)}
              <mark className="turn-word">{turn.text.slice(word.from, word.to)}</mark>
              {turn.text.slice(word.to)}
            </>
          ) : (
            turn.text
          )}
        </span>
      </button>
    </li>
  );
});
