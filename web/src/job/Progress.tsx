import type { ReactNode } from "react";
import type { JobDetail } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { ProgressBar } from "../ui/ProgressBar";
import { progressOf } from "./progress";

/** How far a job has come, to see and, in quarters, to hear. `children`: what can be done about it. */
export function Progress({ job, children }: { job: JobDetail; children?: ReactNode }) {
  const { t, format } = useSpeech();
  const { stage, share } = progressOf(job);
  const { completed_segments: done, total_segments: total, seconds_left: left } = job.progress;
  const text = {
    planning: t.job.planning,
    waiting: t.job.waiting(
      job.queue?.ahead ?? 0,
      job.queue?.estimated_start_at ? format.timeOfDay(job.queue.estimated_start_at) : undefined,
    ),
    speaking: t.job.speaking(format.number(done), format.number(total)),
    joining: t.job.joining,
  }[stage];
  const quarter = Math.floor((share ?? 0) * 4) * 25;
  return (
    <section className="card job-progress">
      <ProgressBar label={t.job.progress} share={share} text={text} />
      <p>
        {text}
        {left !== undefined && ` · ${t.job.timeLeft(format.span(left * 1000))}`}
      </p>
      {job.retry_count > 0 && <p className="job-retried">{t.job.retried(job.retry_count)}</p>}
      <p className="unseen" aria-live="polite">
        {quarter > 0 ? t.job.announce(quarter) : ""}
      </p>
      {children}
    </section>
  );
}
