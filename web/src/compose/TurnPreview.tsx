import { type KeyboardEvent, memo, useMemo, useRef, useState } from "react";
import type { ParsedDialogue, ParsedTurn, Voice } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { ofSpeaker } from "../speakers";
import { huesOf } from "../ui/hues";
import { DeliveryChips } from "./DeliveryChips";
import { DeliveryDialog } from "./DeliveryDialog";
import { type Delivery, deliveryOf, isEmpty, type TurnDelivery } from "./delivery";
import { Marked } from "./Marked";
import type { TurnSetting } from "./turn-settings";

interface Props {
  dialogue: ParsedDialogue | undefined;
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
  const { dialogue, language, cast, voices, styles, settings, deliveries, gapMs, onChange } = props;
  const { t, format } = useSpeech();
  const list = useRef<HTMLOListElement>(null);
  const [stop, setStop] = useState(0);
  const [opened, setOpened] = useState<number>();
  const turns = dialogue?.turns ?? [];
  const hueOf = useMemo(() => huesOf(dialogue?.speakers ?? []), [dialogue]);
  const deliveryAt = useMemo(() => new Map(settings.map(({ position, delivery }) => [position, delivery])), [settings]);
  const turn = opened === undefined ? undefined : turns[opened];

  function onKeyDown(event: KeyboardEvent): void {
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const here = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || here < 0) return;
    event.preventDefault();
    buttons[to]?.focus();
    setStop(Math.min(Math.max(to, 0), buttons.length - 1));
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
                isTabStop={position === Math.min(stop, turns.length - 1)}
                onOpen={setOpened}
              />
            ))}
          </ol>
        </>
      ) : (
        <p className="card-empty">{t.compose.turnsEmpty}</p>
      )}
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
          onChange={(delivery) => onChange(opened, turn, delivery)}
          onClose={() => setOpened(undefined)}
        />
      )}
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
  isTabStop: boolean;
  onOpen(position: number): void;
}) {
  const { turn, position, hue, voice, styles, delivery, isTabStop, onOpen } = props;
  return (
    <li data-hue={hue}>
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
    </li>
  );
});
