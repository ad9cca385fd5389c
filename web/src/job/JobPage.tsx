import type { ReactNode } from "react";
import { Refused } from "../api/errors";
import { useCancelJob, useJob } from "../api/jobs";
import type { JobDetail } from "../api/types";
import { turnsOf } from "../compose/draft";
import { useSpeech } from "../i18n/strings";
import { type HeardTurn, Player } from "../player/Player";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Heading } from "../ui/Heading";
import { huesOf } from "../ui/hues";
import { paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import { StatusPill } from "../ui/StatusPill";
import { Again } from "./Again";
import { Downloads } from "./Downloads";
import { digestOf } from "./digest";
import { Facts } from "./Facts";
import { Failure } from "./Failure";
import { failedTurn } from "./failed-turn";
import "./job.css";
import { Progress } from "./Progress";
import { Rename } from "./Rename";
import { deletionTime } from "./retention";
import { Versions } from "./Versions";
import { Warnings } from "./Warnings";

/** One job, whatever has become of it. */
export function JobPage({ id, user }: { id: string; user: string }) {
  const { t } = useSpeech();
  const { job, error, refetch } = useJob(id);
  if (job) return <JobView job={job} user={user} />;
  if (error instanceof Refused && error.code === "JOB_NOT_FOUND") {
    return (
      <>
        <Heading title={t.errors.jobGone} />
        <EmptyState title={t.errors.jobGoneHint}>
          <a className="button button-primary" href={paths.history()}>
            {t.errors.toHistory}
          </a>
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <Heading title={t.app.loading}>
        {error ? t.errors.unexpected : <span className="skeleton-inline">…</span>}
      </Heading>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : <Skeleton lines={6} />}
    </>
  );
}

function JobView({ job, user }: { job: JobDetail; user: string }) {
  const { t, format } = useSpeech();
  const title = job.title ?? (digestOf(job).title || t.job.untitled);
  const deletedAt = deletionTime(job);
  const language = job.input_params.language;
  const hasEnded = job.status !== "pending" && job.status !== "processing";
  return (
    <div className="job">
      <header className="screen-head">
        <div className="job-status">
          <span role="status">
            <StatusPill status={job.status} />
          </span>
          <time dateTime={job.created_at} title={format.dateTime(job.created_at)}>
            {t.job.submitted(format.dateTime(job.created_at))}
          </time>
        </div>
        <div className="job-title">
          <Heading title={title}>
            <span lang={language}>{title}</span>
          </Heading>
          <Rename job={job} />
        </div>
        <p className="lead">{t.job.explain[job.status]}</p>
        {job.rendition_of !== undefined && (
          <p className="lead">
            {t.job.renditionOf} <a href={paths.job(job.rendition_of)}>{t.job.toSource}</a>
          </p>
        )}
      </header>
      <div className="job-main">
        {!hasEnded && <Progress job={job} />}
        {job.status === "failed" && <Failure job={job} />}
        <Warnings key={job.id} job={job} />
        {job.result_metadata ? (
          <Player
            jobId={job.id}
            durationMs={job.result_metadata.duration_ms}
            turns={heardTurns(job)}
            language={language}
          />
        ) : (
          <Transcript job={job} />
        )}
      </div>
      <aside className="job-side">
        <Cancel job={job} />
        {job.status === "completed" && (
          <>
            <Downloads job={job} />
            <Versions job={job} />
          </>
        )}
        {hasEnded && <Again job={job} user={user} />}
        <Facts job={job} />
        {deletedAt !== undefined && (
          <p className="job-deletion">
            <b>{t.job.deleted(format.date(deletedAt))}</b>
            <span>{t.job.deletedHint}</span>
          </p>
        )}
      </aside>
    </div>
  );
}

/** Cancels while the job is pending; once it was too late for that, says so. */
function Cancel({ job }: { job: JobDetail }) {
  const { t } = useSpeech();
  const cancel = useCancelJob(job.id);
  const isTooLate = cancel.error instanceof Refused && cancel.error.code === "JOB_CANNOT_CANCEL";
  if (job.status !== "pending" && !isTooLate) return null;
  return (
    <div>
      {job.status === "pending" && (
        <Button icon="close" unavailable={cancel.isPending} onClick={() => cancel.mutate()}>
          {cancel.isPending ? t.job.cancelling : t.job.cancel}
        </Button>
      )}
      {isTooLate && <p role="alert">{t.job.tooLateToCancel}</p>}
      {cancel.isError && !isTooLate && <ErrorNotice error={cancel.error} />}
    </div>
  );
}

/** The dialogue of a job that has no audio; the turn that made it fail stands out. */
function Transcript({ job }: { job: JobDetail }): ReactNode {
  const { t } = useSpeech();
  const turns = turnsOf(job.input_params);
  const hueOf = huesOf(turns.map(({ speaker }) => speaker));
  const failed = failedTurn(job);
  return (
    <ol className="turns" aria-label={t.player.turns} lang={job.input_params.language}>
      {turns.map(({ speaker, text }, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the dialogue of a job never changes
        <li key={position} data-hue={hueOf(speaker)}>
          <div className="turn" data-failed={position === failed?.position || undefined}>
            <span className="turn-time">{position + 1}</span>
            <b className="turn-speaker">{speaker}</b>
            <span className="turn-text">{text}</span>
          </div>
        </li>
      ))}
    </ol>
  );
}

function heardTurns(job: JobDetail): HeardTurn[] {
  const turns = turnsOf(job.input_params);
  const hueOf = huesOf(turns.map(({ speaker }) => speaker));
  // Timings and turns are both in spoken order, and there is one for each.
  return (job.result_metadata?.turn_timings ?? []).map(({ turn_index, start_ms, end_ms }, position) => {
    const { speaker = "", text = "" } = turns[position] ?? {};
    return { index: turn_index, speaker, text, hue: hueOf(speaker), start_ms, end_ms };
  });
}
