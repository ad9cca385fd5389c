import type { Voice } from "../api/types";
import type { Format } from "../i18n/format";
import { useSpeech } from "../i18n/strings";
import type { Strings } from "../i18n/zh-TW";
import { FIELDS, type Field, obstacleIn, type TurnDelivery } from "./delivery";

/** What is set for a turn or a speaker, each as a chip; what the voice cannot do is struck out. */
export function DeliveryChips({ delivery, voice }: { delivery: TurnDelivery; voice: Voice | undefined }) {
  const { t, format } = useSpeech();
  return (
    <span className="chips">
      {FIELDS.filter((field) => delivery[field] !== undefined).map((field) => {
        const obstacle = obstacleIn(delivery, field, voice);
        const why = obstacle && t.delivery.obstacles[obstacle](voice?.name ?? "");
        return (
          <span key={field} className="chip" data-obstacle={obstacle} title={why}>
            {obstacle ? <s>{chipText(delivery, field, t, format)}</s> : chipText(delivery, field, t, format)}
            {why && <span className="unseen"> ({why})</span>}
          </span>
        );
      })}
      {delivery.chapter !== undefined && <span className="chip">{delivery.chapter}</span>}
    </span>
  );
}

function chipText(delivery: TurnDelivery, field: Field, t: Strings, format: Format): string {
  const value = delivery[field];
  if (field === "style") return String(value);
  return t.delivery.chips[field](valueText(field, value, format));
}

/** A field's value as it is written. */
export function valueText(field: Field, value: string | number | undefined, format: Format): string {
  if (typeof value !== "number") return value === undefined ? "" : (format.language(value) ?? value);
  switch (field) {
    case "pitch":
      return `${value > 0 ? "+" : ""}${format.number(value)} %`;
    case "pause_after_ms":
      return format.span(value);
    case "take":
      return format.number(value + 1);
    default:
      return `${format.number(value)}×`;
  }
}
