import { type KeyboardEvent, lazy, memo, Suspense, useMemo, useRef, useState } from "react";
import type { ParsedDialogue, ParsedTurn, Voice } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { ofSpeaker } from "../speakers";
import { huesOf } from "../ui/hues";
import { type Auditions, auditionOf, isShort } from "./audition";
import { DeliveryChips } from "./DeliveryChips";
import { type Delivery, deliveryOf, isEmpty, type TurnDelivery } from "./delivery";
import { Hear, HearResult } from "./Hear";
import { Marked } from "./Marked";
import type { TurnSetting } from "./turn-settings";

const DeliveryDialog = lazy(() => import("./DeliveryDialog"));

interface Props {
  dialogue: ParsedDialogue | undefined;
  /** Whether the script has to be changed before there are turns. */
  isBroken: boolean;
  auditions: Auditions;
  language: string;
  cast: ReadonlyMap<string, Voice>;
  voices: readonly Voice[];
  /** The keys of the styles that voices have; undefined where tags are spoken. */
  styles: ReadonlySet<string> | undefined;
  settings: readonly TurnSetting[];
  deliveries: Readonly<Record<string, Delivery>>;
  gapMs: number;
  onChange(position: number, turn: ParsedTurn, delivery: TurnDelivery): void;
}

/** The script as the service understood it, turn by turn; each turn opens to how it is spoken. */
export const TurnPreview = memo(function TurnPreview(props: Props) {
  const { dialogue, isBroken, auditions, language, cast, voices, styles, settings, deliveries, gapMs, onChange } =
    props;
  const { t, format } = useSpeech();
  const list = useRef<HTMLOListElement>(null);
  const [stop, setStop] = useState(0);
  const [opened, setOpened] = useState<number>();
  const turns = dialogue?.turns ?? [];
  const hueOf = useMemo(() => huesOf(dialogue?.speakers ?? []), [dialogue]);
  const deliveryAt = useMemo(() => new Map(settings.map(({ position, delivery }) => [position, delivery])), [settings]);
  const spoken = turns.flatMap(({ is_sound: isSound }, position) => (isSound ? [] : [position]));
  const tabStop = spoken.find((position) => position >= stop) ?? spoken.at(-1);
  const turn = opened === undefined ? undefined : turns[opened];

  /** Up and down from turn to turn, left and right between a turn and the button that speaks it. */
  function onKeyDown(event: KeyboardEvent): void {
    // Sounds have no buttons.
    const rows = [...(list.current?.children ?? [])].filter((each) => each.querySelector("button"));
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const buttons = (row: number) => [...(rows[row]?.querySelectorAll("button") ?? [])];
    const column = buttons(here).indexOf(document.activeElement as HTMLButtonElement);
    const [row, place] =
      {
        ArrowDown: [here + 1, column],
        ArrowUp: [here - 1, column],
        Home: [0, column],
        End: [rows.length - 1, column],
        ArrowLeft: [here, column - 1],
        ArrowRight: [here, column + 1],
      }[event.key] ?? [];
    if (row === undefined || place === undefined || column < 0) return;
    event.preventDefault();
    const target = buttons(row)[place] ?? buttons(row)[0];
    if (!target) return;
    target.focus();
    setStop(Number(target.closest("li")?.value) - 1);
  }

  return (
    <section className="card" aria-labelledby="turns-label">
      <div className="card-head">
        <h2 id="turns-label">{t.compose.turns}</h2>
      </div>
      {dialogue ? (
        <>
          <p className="preview-hint" id="turns-hint">
            {t.delivery.turnsHint}
          </p>
          <HearResult scope="turns" />
          <ol className="preview" ref={list} lang={language} aria-labelledby="turns-label" onKeyDown={onKeyDown}>
            {turns.map((each, position) => (
              <TurnRow
                key={each.index}
                turn={each}
                position={position}
                hue={hueOf(each.speaker)}
                voice={cast.get(each.speaker)}
                styles={styles}
                delivery={deliveryAt.get(position)}
                auditions={auditions}
                ofSpeaker={ofSpeaker(deliveries, each.speaker)}
                isTabStop={position === tabStop}
                onOpen={setOpened}
              />
            ))}
          </ol>
        </>
      ) : (
        <p className="card-empty">{isBroken ? t.compose.turnsBroken : t.compose.turnsEmpty}</p>
      )}
      <Suspense>
        {turn && opened !== undefined && (
          <DeliveryDialog
            title={t.delivery.ofTurn(format.number(opened + 1), turn.speaker)}
            text={turn.text}
            voice={cast.get(turn.speaker)}
            voices={voices}
            language={language}
            delivery={deliveryAt.get(opened) ?? {}}
            inherited={{ ...ofSpeaker(deliveries, turn.speaker), ...deliveryOf(turn) }}
            gapMs={gapMs}
            heard={isShort(turn.text) ? turn.text : undefined}
            audition={(voice, text, delivery) => auditionOf(auditions, voice, turn.speaker, text, delivery)}
            onChange={(delivery) => onChange(opened, turn, delivery)}
            onClose={() => setOpened(undefined)}
          />
        )}
      </Suspense>
    </section>
  );
});

const TurnRow = memo(function TurnRow(props: {
  turn: ParsedTurn;
  position: number;
  hue: number;
  voice: Voice | undefined;
  styles: ReadonlySet<string> | undefined;
  delivery: TurnDelivery | undefined;
  auditions: Auditions;
  /** How its speaker speaks. */
  ofSpeaker: Delivery | undefined;
  isTabStop: boolean;
  onOpen(position: number): void;
}) {
  const { turn, position, hue, voice, styles, delivery, auditions, ofSpeaker: own, isTabStop, onOpen } = props;
  const { t, format } = useSpeech();
  if (turn.is_sound) {
    return (
      <li value={position + 1} className="preview-sound">
        <b>{turn.speaker}</b> <span className="preview-text">{turn.text}</span>
      </li>
    );
  }
  const isHearable = voice !== undefined && isShort(turn.text);
  return (
    <li value={position + 1} data-hue={hue} data-hearable={isHearable || undefined}>
      {turn.chapter && <p className="preview-chapter">{turn.chapter}</p>}
      <button
        type="button"
        className="preview-turn"
        aria-haspopup="dialog"
        aria-describedby="turns-hint"
        tabIndex={isTabStop ? 0 : -1}
        onClick={() => onOpen(position)}
      >
        <b>{turn.speaker}</b>{" "}
        <span className="preview-text">
          <Marked text={turn.text} styles={styles} />
          {delivery && !isEmpty(delivery) && (
            <>
              {" "}
              <DeliveryChips delivery={delivery} voice={voice} />
            </>
          )}
        </span>
      </button>
      {isHearable && (
        <Hear
          scope="turns"
          id={String(position)}
          what={t.hear.turn(format.number(position + 1), turn.speaker)}
          text={turn.text}
          request={() =>
            auditionOf(auditions, voice, turn.speaker, turn.text, { ...own, ...deliveryOf(turn), ...delivery })
          }
          tabIndex={isTabStop ? 0 : -1}
        />
      )}
    </li>
  );
});
