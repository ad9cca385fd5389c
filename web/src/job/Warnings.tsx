import { useState } from "react";
import type { JobDetail } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Icon } from "../ui/icons";
import { warningsOf } from "./warnings";

/** What of the dialogue is not spoken as it was written, turn by turn: as long as the tab knows. */
export function Warnings({ job }: { job: JobDetail }) {
  const { t, format } = useSpeech();
  const [warnings] = useState(() => warningsOf(job));
  if (warnings.length === 0) return null;
  return (
    <section className="notice notice-patience job-warnings" aria-labelledby="warnings-label">
      <Icon name="warning" />
      <div className="notice-body">
        <h2 id="warnings-label">{t.job.warnings}</h2>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
        <ul className="job-warning-list" aria-labelledby="warnings-label" tabIndex={0}>
          {warnings.map(({ position, speaker, messages }) => (
            <li key={position ?? "none"}>
              {position !== undefined && speaker !== "" && <b>{t.job.turnAt(format.number(position + 1), speaker)}</b>}
              {messages.map((message) => (
                <p key={message}>{message}</p>
              ))}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
