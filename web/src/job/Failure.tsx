import type { JobDetail } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Icon } from "../ui/icons";
import { failedTurn } from "./failed-turn";

/** Whose turn it is after a failure, by its code; what is not listed may work when it is tried again. */
const NEXT: Record<string, "input" | "operator" | "anew"> = {
  EMPTY_AUDIO: "input",
  PROVIDER_REJECTED_INPUT: "input",
  VOICE_NOT_FOUND: "input",
  PROVIDER_AUTH_FAILED: "operator",
  PROVIDER_MISCONFIGURED: "operator",
  PROVIDER_QUOTA_EXCEEDED: "operator",
  STOPPED_BY_OPERATOR: "operator",
  SEGMENTS_EXPIRED: "anew",
};

/** What went wrong, at which turn, and what to do about it. */
export function Failure({ job }: { job: JobDetail }) {
  const { t, format } = useSpeech();
  const turn = failedTurn(job);
  const code = job.error_code ?? "INTERNAL_ERROR";
  // The service names a turn by the index that its client gave; here the turn is shown instead.
  const message = (turn && t.job.wrongTurn[code]?.(turn.voiceId)) ?? job.error_message ?? t.errors.unexpected;
  return (
    <section className="notice notice-alarm failure" aria-labelledby="failure-label">
      <Icon name="warning" />
      <div className="notice-body">
        <h2 id="failure-label">{t.job.whatWentWrong}</h2>
        <p className="notice-title">{message}</p>
        {turn && (
          <blockquote>
            <small>
              {turn.speaker && t.job.turnAt(format.number(turn.position + 1), turn.speaker)}
              {turn.voiceName && ` · ${t.job.withVoice(turn.voiceName)}`}
            </small>
            <p lang={job.input_params.language}>{turn.text}</p>
          </blockquote>
        )}
        <p>{t.job.next[NEXT[code] ?? "again"]}</p>
        <p className="failure-code">
          {t.job.code(code)}
          {job.retry_count > 0 && ` · ${t.job.retried(job.retry_count)}`}
        </p>
      </div>
    </section>
  );
}
