import { type FocusEvent, type KeyboardEvent, memo, type ReactNode, useEffect, useRef, useState } from "react";
import { useSpeech } from "../i18n/strings";
import type { ListedTurn } from "./turns";
import type { HeardWord } from "./words";

const HANDS_OFF_MS = 4_000;

interface Props {
  turns: readonly ListedTurn[];
  /** The position of the turn that is heard; −1 for none. */
  current: number;
  /** The word of it that is heard. */
  word: HeardWord | undefined;
  isPlaying: boolean;
  language: string;
  onTurn(turn: ListedTurn): void;
  /** More that can be done with a turn, beside it. Buttons in it have to take `tabIndex`. */
  more?: ((turn: ListedTurn, position: number, tabIndex: 0 | -1) => ReactNode) | undefined;
}

/**
 * The turns to read along and to play from. The turn that is heard is kept in view, unless the reader has just scrolled.
 *
 * Tab goes to one turn, and from it to what can be done with it; the arrow keys go to the other turns.
 */
export const TurnList = memo(function TurnList(props: Props) {
  const { turns, current, word, isPlaying, language, onTurn, more } = props;
  const { t } = useSpeech();
  const list = useRef<HTMLOListElement>(null);
  const scrolledAt = useRef(0);
  const [focused, setFocused] = useState<number>();

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

  function onFocus(event: FocusEvent): void {
    const row = event.target.closest("li");
    setFocused(row === null ? undefined : [...(list.current?.children ?? [])].indexOf(row));
  }

  function onBlur(event: FocusEvent): void {
    if (!list.current?.contains(event.relatedTarget)) setFocused(undefined);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>(".turn") ?? [])];
    const here = buttons.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || here < 0) return;
    event.preventDefault();
    buttons[to]?.focus();
  }

  const tabStop = focused ?? Math.max(current, 0);
  return (
    <ol
      className="turns"
      ref={list}
      aria-label={t.player.turns}
      lang={language}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
      onBlur={onBlur}
    >
      {turns.map((turn, position) => (
        <TurnRow
          key={turn.index}
          turn={turn}
          position={position}
          isCurrent={position === current}
          word={position === current ? word : undefined}
          tabIndex={position === tabStop ? 0 : -1}
          onTurn={onTurn}
          more={more}
        />
      ))}
    </ol>
  );
});

interface RowProps {
  turn: ListedTurn;
  position: number;
  isCurrent: boolean;
  word: HeardWord | undefined;
  tabIndex: 0 | -1;
  onTurn(turn: ListedTurn): void;
  more: Props["more"];
}

const TurnRow = memo(function TurnRow(props: RowProps) {
  const { turn, position, isCurrent, word, tabIndex, onTurn, more } = props;
  const { format } = useSpeech();
  const isThere = turn.start_ms !== undefined;
  return (
    <li data-hue={turn.hue}>
      <button
        type="button"
        className="turn"
        aria-current={isCurrent || undefined}
        aria-disabled={!isThere || undefined}
        tabIndex={tabIndex}
        onClick={() => {
          if (isThere) onTurn(turn);
        }}
      >
        <span className="turn-time">{turn.start_ms === undefined ? "" : format.clock(turn.start_ms)}</span>
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
      {more?.(turn, position, tabIndex)}
    </li>
  );
}, isSameRow);

/** Whether a row need not be drawn again: turns are made anew with all that is heard of a job, and there may be many. */
function isSameRow(before: RowProps, after: RowProps): boolean {
  return (Object.keys(after) as (keyof RowProps)[]).every((key) =>
    key === "turn" ? isSameTurn(before.turn, after.turn) : before[key] === after[key],
  );
}

function isSameTurn(one: ListedTurn, other: ListedTurn): boolean {
  return one === other || (Object.keys(other) as (keyof ListedTurn)[]).every((key) => one[key] === other[key]);
}
