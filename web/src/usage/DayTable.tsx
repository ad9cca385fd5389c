import type { UsageFigures, UsageOfDay } from "../api/types";
import { useSpeech } from "../i18n/strings";

/** Usage day by day, with a bar that compares the days. `total`: what stands in the last row, if anything. */
export function DayTable({ label, days, total }: { label: string; days: readonly UsageOfDay[]; total?: UsageFigures }) {
  const { t } = useSpeech();
  const most = Math.max(1, ...days.map((day) => day.billed_characters));
  const dearest = Math.max(...days.map(({ cost }) => cost.amount));
  const digits = dearest > 0 && dearest < 1 ? 4 : 2;
  const { columns } = t.usage;
  return (
    <table className="usage-table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{columns.day}</th>
          <th scope="col">{columns.billed}</th>
          <th scope="col">{columns.jobs}</th>
          <th scope="col">{columns.audio}</th>
          <th scope="col">{columns.cost}</th>
        </tr>
      </thead>
      <tbody>
        {days.map((figures) => (
          <Row
            key={figures.day}
            figures={figures}
            share={figures.billed_characters / most}
            digits={digits}
            day={figures.day}
          />
        ))}
      </tbody>
      {total && (
        <tfoot>
          <Row figures={total} digits={digits} />
        </tfoot>
      )}
    </table>
  );
}

interface RowProps {
  figures: UsageFigures;
  /** Of the cost, after the point. */
  digits: 2 | 4;
  /** Undefined for the total. */
  day?: string;
  /** Of the largest day. */
  share?: number;
}

function Row({ figures, digits, day, share }: RowProps) {
  const { t, format } = useSpeech();
  const { columns } = t.usage;
  return (
    <tr>
      <th scope="row">{day === undefined ? t.usage.total : <time dateTime={day}>{format.utcDay(day)}</time>}</th>
      <td>
        {share !== undefined && share > 0 && (
          <span className="usage-bar" aria-hidden="true">
            <span style={{ inlineSize: `${share * 100}%` }} />
          </span>
        )}
        <span className="usage-number">{format.number(figures.billed_characters)}</span>
      </td>
      <td data-column={columns.jobs}>{format.number(figures.jobs)}</td>
      <td data-column={columns.audio}>{format.clock(figures.audio_seconds * 1000)}</td>
      <td data-column={columns.cost}>{format.money(figures.cost.amount, figures.cost.currency, digits)}</td>
    </tr>
  );
}
