import type { ReactNode } from "react";
import { useJob } from "../api/jobs";
import { FORMATS, isActive, type JobSummary } from "../api/types";
import { useVoiceNames } from "../api/voices";
import { useSpeech } from "../i18n/strings";
import type { Strings } from "../i18n/zh-TW";
import { ProgressBar } from "../ui/ProgressBar";
import { paths } from "../ui/route";
import { StatusPill } from "../ui/StatusPill";
import { type Digest, useDigest } from "./digest";
import { progressOf } from "./progress";
import { deletionTime } from "./retention";

const MOST_NAMED = 4;
/** For how long "3 hours ago" says more than a date. */
const RECENT_MS = 24 * 60 * 60_000;

interface Props {
  job: JobSummary;
  /** What can be done with it, under its title. */
  actions?: (job: JobSummary, title: string) => ReactNode;
}

/** A job in a list: a link to it. While it is being made it is followed. */
export function JobLine({ job: listed, actions }: Props) {
  const { t, format } = useSpeech();
  const { job: seen } = useJob(listed.id, { enabled: isActive(listed.status) });
  const job = seen ?? listed;
  const digest = useDigest(job.id, !isActive(job.status), seen);
  const nameOf = useVoiceNames(digest?.cast.some(({ voiceName }) => !voiceName) ? digest.provider : undefined);
  const deletedAt = deletionTime(job);
  const about = [
    listed.rendition_of === undefined ? undefined : t.history.version(digest ? FORMATS[digest.format] : "…"),
    digest && digest.cast.length > 0 ? castText(digest, nameOf, t) : undefined,
    digest && (digest.speakers.length > 0 ? t.compose.turnsOf(digest.turns) : t.history.single),
    digest?.durationMs === undefined ? undefined : format.clock(digest.durationMs),
  ].filter((part) => part !== undefined);
  const title = listed.title ?? (digest && (digest.title || t.job.untitled));
  return (
    <article className="job-line">
      <StatusPill status={job.status} />
      <div className="job-line-body">
        <a href={paths.job(job.id)} lang={digest?.language}>
          {title ?? <span className="skeleton-inline">{format.dateTime(job.created_at)}</span>}
        </a>
        <p>{about.join(" · ") || "\u00a0"}</p>
        {seen && isActive(seen.status) && <ProgressBar label={t.job.progress} share={progressOf(seen).share} />}
      </div>
      {actions && <div className="job-line-actions">{actions(job, title ?? format.dateTime(job.created_at))}</div>}
      <p className="job-line-times">
        <time dateTime={job.created_at} title={format.dateTime(job.created_at)}>
          {Date.now() - Date.parse(job.created_at) < RECENT_MS
            ? format.relative(job.created_at)
            : format.dateTime(job.created_at)}
        </time>
        {deletedAt !== undefined && (
          <small title={format.dateTime(deletedAt)}>{t.history.deleted(format.relative(deletedAt))}</small>
        )}
      </p>
    </article>
  );
}

/** Who speaks with which voice: the first few. */
function castText({ cast }: Digest, nameOf: (voiceId: string) => string, t: Strings): string {
  const named = cast.slice(0, MOST_NAMED).map(({ speaker, voiceId, voiceName }) => {
    const voice = voiceName ?? nameOf(voiceId);
    return speaker === "" || speaker === voice ? voice : t.job.playedBy(speaker, voice);
  });
  return `${named.join(t.history.between)}${cast.length > MOST_NAMED ? "…" : ""}`;
}
