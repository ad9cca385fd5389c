import { useId, useState } from "react";
import { useSpeech } from "../i18n/strings";
import { monthsBefore } from "./months";

/** The month whose usage is shown. */
export function MonthChoice({ month, onChoose }: { month: string; onChoose(month: string): void }) {
  const { t, format } = useSpeech();
  const id = useId();
  const [now] = useState(Date.now);
  return (
    <div className="month-choice">
      <label htmlFor={id}>{t.usage.month}</label>
      <select id={id} className="field" value={month} onChange={({ target: { value } }) => onChoose(value)}>
        {monthsBefore(now, month).map((value) => (
          <option key={value} value={value}>
            {format.month(value)}
          </option>
        ))}
      </select>
    </div>
  );
}
