import { type ReactNode, useId } from "react";
import type { PreviewRequest, Voice } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { IconButton } from "../ui/IconButton";
import { valueText } from "./DeliveryChips";
import { type Field, isEmpty, obstacleIn, obstacleTo, RANGES, type TurnDelivery } from "./delivery";
import { Hear, HearResult } from "./Hear";
import { languagesOf } from "./voice-search";

interface Props {
  title: string;
  /** Those words that are spoken so, where it is about one turn. */
  text?: string;
  voice: Voice | undefined;
  voices: readonly Voice[];
  /** The language of the dialogue. */
  language: string;
  delivery: TurnDelivery;
  /** What holds where nothing is set: of the turn's speaker. */
  inherited?: TurnDelivery;
  /** The gap between turns, for a turn; undefined for a speaker, who has no pause and no take. */
  gapMs?: number;
  /** The words by which a delivery is tried; undefined where they are too many. */
  heard: string | undefined;
  audition(voice: Voice, text: string, delivery: TurnDelivery): PreviewRequest;
  onChange(delivery: TurnDelivery): void;
  onClose(): void;
}

/** How a turn, or all turns of a speaker, are spoken. */
export default function DeliveryDialog(props: Props) {
  const {
    title,
    text,
    voice,
    voices,
    language,
    delivery,
    inherited = {},
    gapMs,
    heard,
    audition,
    onChange,
    onClose,
  } = props;
  const { t, format } = useSpeech();
  const set = <F extends Field>(field: F, value: TurnDelivery[F] | undefined) => {
    const { [field]: _, ...others } = delivery;
    onChange(value === undefined ? others : { ...others, [field]: value });
  };
  const why = (field: Field) => {
    const obstacle = obstacleIn(delivery, field, voice) ?? obstacleTo(field, voice);
    return obstacle && t.delivery.obstacles[obstacle](voice?.name ?? "");
  };
  const styles = voice?.styles ?? [];
  const languages = languagesOf(voices, language);
  const isForTurn = gapMs !== undefined;
  const slider = (field: keyof typeof RANGES, usual: number = RANGES[field].usual, hint?: string) => (
    <Slider
      field={field}
      value={delivery[field]}
      usual={usual}
      hint={why(field) ?? hint}
      isDisabled={obstacleTo(field, voice) !== undefined}
      onChange={(value) => set(field, value)}
    />
  );
  const asUsual = isForTurn ? t.delivery.asSpeaker : t.delivery.asVoice;
  return (
    <Dialog title={title} onClose={onClose}>
      {text !== undefined && (
        <blockquote className="delivery-text" lang={language}>
          {text}
        </blockquote>
      )}
      <div className="delivery">
        <Row
          name="style"
          hint={why("style")}
          isSet={delivery.style !== undefined}
          onReset={() => set("style", undefined)}
        >
          {(id, hintId) => (
            <select
              id={id}
              className="field"
              aria-describedby={hintId}
              disabled={obstacleTo("style", voice) !== undefined}
              value={delivery.style ?? ""}
              onChange={(event) => set("style", event.target.value || undefined)}
            >
              <option value="">{inherited.style ? `${asUsual} (${inherited.style})` : asUsual}</option>
              {delivery.style !== undefined && !styles.includes(delivery.style) && <option>{delivery.style}</option>}
              {styles.map((style) => (
                <option key={style}>{style}</option>
              ))}
            </select>
          )}
        </Row>
        {(delivery.style ?? inherited.style) !== undefined && slider("style_degree", inherited.style_degree)}
        {slider("speed", inherited.speed)}
        {slider("pitch", inherited.pitch)}
        {slider("volume", inherited.volume)}
        <Row
          name="language"
          hint={why("language")}
          isSet={delivery.language !== undefined}
          onReset={() => set("language", undefined)}
        >
          {(id, hintId) => (
            <select
              id={id}
              className="field"
              aria-describedby={hintId}
              disabled={obstacleTo("language", voice) !== undefined}
              value={delivery.language ?? ""}
              onChange={(event) => set("language", event.target.value || undefined)}
            >
              <option value="">
                {inherited.language ? valueText("language", inherited.language, format) : asUsual}
              </option>
              {delivery.language !== undefined && !languages.some(({ tag }) => tag === delivery.language) && (
                <option value={delivery.language}>{valueText("language", delivery.language, format)}</option>
              )}
              {languages.map(({ tag, name }) => (
                <option key={tag} value={tag}>
                  {format.language(tag) ?? name}
                </option>
              ))}
            </select>
          )}
        </Row>
        {isForTurn && (
          <>
            {slider("pause_after_ms", gapMs, t.delivery.pauseHint)}
            <Row
              name="take"
              value={valueText("take", delivery.take ?? 0, format)}
              hint={t.delivery.takeHint}
              isSet={delivery.take !== undefined}
              onReset={() => set("take", undefined)}
            >
              {(id, hintId) => (
                <Button
                  id={id}
                  icon="again"
                  aria-describedby={hintId}
                  unavailable={(delivery.take ?? 0) >= MAX_TAKE}
                  onClick={() => set("take", (delivery.take ?? 0) + 1)}
                >
                  {t.delivery.readAgain}
                </Button>
              )}
            </Row>
          </>
        )}
      </div>
      {voice && heard !== undefined && (
        <div className="delivery-hear">
          <Hear
            scope="delivery"
            id=""
            what={voice.name}
            text={heard}
            request={() => audition(voice, heard, { ...inherited, ...delivery })}
          />
          <HearResult scope="delivery" hint={t.hear.hintDelivery} />
        </div>
      )}
      <div className="delivery-foot">
        <Button unavailable={isEmpty(delivery)} onClick={() => onChange({})}>
          {t.delivery.resetAll}
        </Button>
        <Button look="primary" onClick={onClose}>
          {t.delivery.done}
        </Button>
      </div>
    </Dialog>
  );
}

const MAX_TAKE = 1000;

function Slider(props: {
  field: keyof typeof RANGES;
  value: number | undefined;
  /** The value that holds while none is set. */
  usual: number;
  hint: string | undefined;
  isDisabled: boolean;
  onChange(value: number | undefined): void;
}) {
  const { field, value, usual, hint, isDisabled, onChange } = props;
  const { format } = useSpeech();
  const { min, max, step } = RANGES[field];
  const text = valueText(field, value ?? usual, format);
  return (
    <Row name={field} value={text} hint={hint} isSet={value !== undefined} onReset={() => onChange(undefined)}>
      {(id, hintId) => (
        <input
          id={id}
          type="range"
          min={min}
          max={max}
          step={step}
          value={value ?? usual}
          aria-valuetext={text}
          aria-describedby={hintId}
          disabled={isDisabled}
          onChange={(event) => onChange(event.target.valueAsNumber)}
        />
      )}
    </Row>
  );
}

function Row(props: {
  name: Field;
  value?: string;
  hint: string | undefined;
  isSet: boolean;
  onReset(): void;
  children(id: string, hintId: string | undefined): ReactNode;
}) {
  const { name, value, hint, isSet, onReset, children } = props;
  const { t } = useSpeech();
  const id = useId();
  const label = t.delivery.fields[name];
  return (
    <div className="options-field delivery-field" data-set={isSet || undefined}>
      <span className="options-label">
        {/* A button is named by its own words. */}
        {name === "take" ? <span>{label}</span> : <label htmlFor={id}>{label}</label>}
        {value !== undefined && <output htmlFor={id}>{value}</output>}
        {isSet && <IconButton icon="undo" name={t.delivery.reset(label)} onClick={onReset} />}
      </span>
      {children(id, hint === undefined ? undefined : `${id}-hint`)}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}
