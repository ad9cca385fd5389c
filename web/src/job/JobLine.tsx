import { useJob } from "../api/jobs";
import { FORMATS, isActive, type JobSummary } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { ProgressBar } from "../ui/ProgressBar";
import { paths } from "../ui/route";
import { StatusPill } from "../ui/StatusPill";
import { useDigest } from "./digest";
import { progressOf } from "./progress";
import { deletionTime } from "./retention";

/** A job in a list: a link to it. While it is at work it is followed. */
export function JobLine({ job: listed }: { job: JobSummary }) {
  const { t, format } = useSpeech();
  const { job: seen } = useJob(listed.id, { enabled: isActive(listed.status) });
  const job = seen ?? listed;
  const digest = useDigest(job.id, !isActive(job.status), seen);
  const deletedAt = deletionTime(job);
  const about = [
    listed.rendition_of === undefined ? undefined : t.history.version(digest ? FORMATS[digest.format] : "…"),
    digest && digest.speakers.length > 0 ? format.list(digest.speakers.slice(0, 4)) : undefined,
    digest && (digest.speakers.length > 0 ? t.compose.turnsOf(digest.turns) : t.history.single),
    digest?.durationMs === undefined ? undefined : format.clock(digest.durationMs),
  ].filter((part) => part !== undefined);
  return (
    <article className="job-line">
      <StatusPill status={job.status} />
      <div className="job-line-body">
        <a href={paths.job(job.id)} lang={digest?.language}>
          {listed.title !== undefined ? (
            listed.title
          ) : digest ? (
            digest.title || t.job.untitled
          ) : (
            <span className="skeleton-inline">{format.dateTime(job.created_at)}</span>
          )}
        </a>
        <p>{about.join(" · ") || "\u00a0"}</p>
        {seen && isActive(seen.status) && <ProgressBar label={t.job.progress} share={progressOf(seen).share} />}
      </div>
      <p className="job-line-times">
        <time dateTime={job.created_at} title={format.dateTime(job.created_at)}>
          {format.relative(job.created_at)}
        </time>
        {deletedAt !== undefined && (
          <small title={format.dateTime(deletedAt)}>{t.history.deleted(format.relative(deletedAt))}</small>
        )}
      </p>
    </article>
  );
}
