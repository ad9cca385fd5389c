import type { ComponentProps } from "react";
import { Refused } from "../api/errors";
import { isSecretMissing, JOB_WEBHOOK } from "../api/webhooks";
import { useSpeech } from "../i18n/strings";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Notice } from "../ui/Notice";
import { paths } from "../ui/route";
import { LimitNotice } from "./LimitNotice";

interface Props extends Pick<ComponentProps<typeof ErrorNotice>, "placeOf"> {
  error: unknown;
  /** What to do while as many jobs are at work as may. */
  limitSentence: string;
  maxJobs: number;
}

/** Why a job was not taken, and when it may be. */
export function Refusal({ error, limitSentence, maxJobs, ...rest }: Props) {
  if (error instanceof Refused) {
    if (error.code === "JOB_LIMIT_EXCEEDED") return <LimitNotice sentence={limitSentence} maxJobs={maxJobs} />;
    if (error.code === "QUOTA_EXCEEDED") return <QuotaNotice error={error} />;
    if (error.code === "SUBMISSIONS_STOPPED") return <StoppedNotice error={error} />;
    if (error.problems.some(isSecretMissing)) return <SecretNotice />;
  }
  return <ErrorNotice error={error} {...rest} />;
}

/** Which quota has no room for it, how much of that is used, and when it is counted anew, in local time. */
function QuotaNotice({ error }: { error: Refused }) {
  const { t, format } = useSpeech();
  const { quota, used, limit, resets_at } = error.details;
  return (
    <Notice tone="patience" title={t.quota.titles[String(quota)] ?? error.message}>
      {typeof used === "number" && typeof limit === "number" && (
        <p>{t.quota.used(format.number(used), format.number(limit))}</p>
      )}
      {typeof resets_at === "string" && <p>{t.quota.resets(format.dateTime(resets_at), format.relative(resets_at))}</p>}
      <p>
        {t.quota.kept} <a href={paths.usage()}>{t.quota.toUsage}</a>
      </p>
    </Notice>
  );
}

function SecretNotice() {
  const { t } = useSpeech();
  return (
    <Notice tone="alarm" title={t.webhooks.ofJobNeedsSecret}>
      <a href={paths.webhooks(JOB_WEBHOOK)}>{t.webhooks.toSecret}</a>
    </Notice>
  );
}

function StoppedNotice({ error }: { error: Refused }) {
  const { t } = useSpeech();
  const { reason } = error.details;
  return (
    <Notice tone="patience" title={t.stopped.title}>
      {typeof reason === "string" && reason !== "" && <p>{t.stopped.reason(reason)}</p>}
      <p>{t.stopped.hint}</p>
    </Notice>
  );
}
