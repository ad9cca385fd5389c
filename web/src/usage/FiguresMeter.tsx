import type { UsageFigures } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Meter } from "../ui/Meter";

/** How much of a limit is billed or reserved, and how much is left. */
export function FiguresMeter(props: { label: string; figures: UsageFigures; limit: number | null; resetsAt?: string }) {
  const { label, figures, limit, resetsAt } = props;
  const { t, format } = useSpeech();
  const used = figures.billed_characters + figures.reserved_characters;
  const number = format.number(used);
  const about = [
    ...(limit === null ? [] : [t.usage.left(format.number(Math.max(limit - used, 0)))]),
    ...(figures.reserved_characters > 0 ? [t.usage.reserved(format.number(figures.reserved_characters))] : []),
    ...(figures.cost.amount > 0 ? [format.money(figures.cost.amount, figures.cost.currency)] : []),
    ...(resetsAt === undefined ? [] : [t.usage.resets(format.dateTime(resetsAt), format.relative(resetsAt))]),
  ];
  return (
    <Meter
      label={label}
      value={used}
      limit={limit}
      text={limit === null ? t.usage.unlimited(number) : t.usage.ofLimit(number, format.number(limit))}
    >
      {about.length > 0 && <small>{about.join(" · ")}</small>}
    </Meter>
  );
}
