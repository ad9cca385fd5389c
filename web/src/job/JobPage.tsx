import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
import { Refused } from "../api/errors";
import { useJob } from "../api/jobs";
import { isActive, isSingleVoice, type JobDetail, spokenTurns } from "../api/types";
import { turnsOf } from "../compose/draft";
import { useSpeech } from "../i18n/strings";
import { Player } from "../player/Player";
import type { ListedTurn } from "../player/turns";
import { canStream } from "../player/use-stream";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Heading } from "../ui/Heading";
import { huesOf } from "../ui/hues";
import { IconButton } from "../ui/IconButton";
import { go, paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import { StatusPill } from "../ui/StatusPill";
import { useIsNarrow } from "../ui/use-narrow";
import { Again } from "./Again";
import { Delete } from "./Delete";
import { Downloads } from "./Downloads";
import { digestOf } from "./digest";
import { Facts } from "./Facts";
import { Failure } from "./Failure";
import { failedTurn } from "./failed-turn";
import "./job.css";
import { Progress } from "./Progress";
import { Rename } from "./Rename";
import { deletionTime } from "./retention";
import { Stop } from "./Stop";
import { Versions } from "./Versions";
import { Warnings } from "./Warnings";

// Seldom opened: loaded when it is.
const Retake = lazy(() => import("./Retake"));

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
  const hasEnded = !isActive(job.status);
  const isNarrow = useIsNarrow();
  const turns = useMemo(() => listedTurns(job), [job]);
  const [retaken, setRetaken] = useState<{ turn: ListedTurn; title: string }>();
  const isText = isSingleVoice(job.input_params);
  const nameOfRetake = useCallback(
    (turn: ListedTurn, position: number) =>
      isText ? t.retake.openText : t.retake.open(format.number(position + 1), turn.speaker),
    [isText, t, format],
  );
  const more = useCallback(
    (turn: ListedTurn, position: number, tabIndex: 0 | -1) => {
      const name = nameOfRetake(turn, position);
      return (
        <IconButton
          className="turn-more"
          icon="again"
          name={name}
          aria-haspopup="dialog"
          tabIndex={tabIndex}
          onClick={() => setRetaken({ turn, title: name })}
        />
      );
    },
    [nameOfRetake],
  );
  const downloads = job.status === "completed" && <Downloads job={job} />;
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
        <p className="lead">{t.job.explain[isStopped(job) ? "stopped" : job.status]}</p>
        {job.rendition_of !== undefined && (
          <p className="lead">
            {t.job.renditionOf} <a href={paths.job(job.rendition_of)}>{t.job.toSource}</a>
          </p>
        )}
      </header>
      <div className="job-main">
        {!hasEnded && (
          <Progress job={job}>
            <Stop job={job} />
          </Progress>
        )}
        {job.status === "failed" && <Failure job={job} />}
        <Warnings key={job.id} job={job} />
        {job.result_metadata || (!hasEnded && canStream()) ? (
          <Player
            jobId={job.id}
            durationMs={job.result_metadata?.duration_ms}
            turns={turns}
            language={language}
            between={isNarrow && downloads}
            {...(job.result_metadata && { more })}
          />
        ) : (
          <Transcript job={job} />
        )}
      </div>
      <aside className="job-side">
        {!isNarrow && downloads}
        {job.status === "completed" && <Versions job={job} />}
        {hasEnded && <Again job={job} user={user} />}
        <Facts job={job} />
        {deletedAt !== undefined && (
          <p className="job-deletion">
            <b>{t.job.deleted(format.date(deletedAt))}</b>
            <span>{t.job.deletedHint}</span>
          </p>
        )}
        {hasEnded && <Delete job={job} title={title} onDeleted={toHistory} />}
      </aside>
      {retaken && (
        <Suspense>
          <Retake job={job} index={retaken.turn.index} title={retaken.title} onClose={() => setRetaken(undefined)} />
        </Suspense>
      )}
    </div>
  );
}

/** Whether the job was stopped while it was being made, not cancelled before. */
function isStopped({ status, started_at }: JobDetail): boolean {
  return status === "cancelled" && started_at !== undefined;
}

function toHistory(): void {
  go(paths.history());
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

/** The turns as the player lists them: with the times of the finished file, once there is one. */
function listedTurns(job: JobDetail): ListedTurn[] {
  const turns = turnsOf(job.input_params);
  const indexes = isSingleVoice(job.input_params) ? [0] : spokenTurns(job.input_params).map(({ index }) => index);
  const hueOf = huesOf(turns.map(({ speaker }) => speaker));
  const timings = new Map(job.result_metadata?.turn_timings.map((timing) => [timing.turn_index, timing]));
  return turns.map(({ speaker, text }, position) => {
    const index = indexes[position] ?? position;
    const { start_ms, end_ms } = timings.get(index) ?? {};
    return { index, speaker, text, hue: hueOf(speaker), start_ms, end_ms };
  });
}
