import { useEffect, useRef, useState } from "react";
import { useJobs } from "../api/jobs";
import { isActive, type JobStatus, type JobSummary, STATUSES } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Delete } from "../job/Delete";
import { useDownloadAudio } from "../job/Downloads";
import { JobLine } from "../job/JobLine";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Heading } from "../ui/Heading";
import { paths, replace } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import { useDebounced } from "../ui/use-debounced";
import "../job/job.css";
import "./history.css";

const SEARCH_AFTER_MS = 300;
const MAX_SEARCH_CHARACTERS = 100;

/** The jobs that are kept, newest first; with `q` those whose titles have its words. */
export function History({ status, q }: { status: JobStatus | undefined; q: string }) {
  const { t, format } = useSpeech();
  const [words, setWords] = useWords(status, q);
  const asked = q.trim();
  const jobs = useJobs(status, asked);
  const items = jobs.data?.pages.flatMap((page) => page.items) ?? [];
  const total = jobs.data?.pages[0]?.total ?? null;
  const [gone, setGone] = useState<string>();
  const heading = useRef<HTMLElement>(null);
  useEffect(() => {
    // The button that had the focus has gone with its job.
    if (gone !== undefined) heading.current?.querySelector("h1")?.focus();
  }, [gone]);
  return (
    <div className="history">
      <header className="screen-head" ref={heading}>
        <Heading title={t.history.title} />
        <p className="lead">{t.history.lead}</p>
      </header>
      <div className="history-tools">
        <nav className="filter" aria-label={t.history.filter}>
          {[undefined, ...STATUSES].map((value) => (
            <a
              key={value ?? "all"}
              href={paths.history(value, words)}
              aria-current={value === status ? "true" : undefined}
            >
              {value === undefined ? t.history.all : t.status[value]}
            </a>
          ))}
        </nav>
        <input
          className="field"
          type="search"
          aria-label={t.history.search}
          placeholder={t.history.searchHint}
          maxLength={MAX_SEARCH_CHARACTERS}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </div>
      <p className={gone === undefined ? "unseen" : "history-gone"} role="status">
        {gone !== undefined && t.history.gone(gone)}
      </p>
      {jobs.isPending && <Skeleton lines={6} />}
      {jobs.isError && <ErrorNotice error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.isSuccess && items.length === 0 && !jobs.hasNextPage && <Nothing status={status} q={asked} />}
      {items.length > 0 && (
        <ul className="job-lines" aria-label={t.history.jobs}>
          {items.map((job) => (
            <li key={job.id}>
              <JobLine
                job={job}
                actions={(seen, title) => <LineActions job={seen} title={title} onDeleted={() => setGone(title)} />}
              />
            </li>
          ))}
        </ul>
      )}
      {(items.length > 0 || jobs.hasNextPage) && (
        <footer className="history-foot">
          <p role="status">
            {total === null ? t.history.found(format.number(items.length)) : t.history.total(format.number(total))}
          </p>
          {jobs.hasNextPage && (
            <Button unavailable={jobs.isFetchingNextPage} onClick={() => void jobs.fetchNextPage()}>
              {jobs.isFetchingNextPage ? t.history.loadingOlder : t.history.older}
            </Button>
          )}
        </footer>
      )}
    </div>
  );
}

/** What can be done with a job without opening it. */
function LineActions({ job, title, onDeleted }: { job: JobSummary; title: string; onDeleted(): void }) {
  const { t } = useSpeech();
  const download = useDownloadAudio(job.id);
  if (isActive(job.status)) return null;
  return (
    <>
      {job.status === "completed" && (
        <Button
          look="plain"
          icon="download"
          aria-label={t.history.download(title)}
          unavailable={download.isPending}
          onClick={() => download.mutate()}
        >
          {t.job.download}
        </Button>
      )}
      <Delete job={job} title={title} onDeleted={onDeleted} />
      {download.isError && <ErrorNotice error={download.error} />}
    </>
  );
}

/** What is searched for: as the address has it, into which it is written once it has been left alone for a while. */
function useWords(status: JobStatus | undefined, q: string) {
  const [typed, setTyped] = useState<string>();
  const settled = useDebounced(typed, SEARCH_AFTER_MS);
  useEffect(() => {
    if (typed === undefined || typed !== settled) return;
    if (typed === q) setTyped(undefined);
    else replace(paths.history(status, typed));
  }, [typed, settled, status, q]);
  return [typed ?? q, setTyped] as const;
}

function Nothing({ status, q }: { status: JobStatus | undefined; q: string }) {
  const { t } = useSpeech();
  if (q !== "") {
    return (
      <div role="status">
        <EmptyState title={t.history.notFound(q)} hint={t.history.notFoundHint}>
          <a className="button button-quiet" href={paths.history()}>
            {t.history.showAll}
          </a>
        </EmptyState>
      </div>
    );
  }
  if (status === undefined) {
    return (
      <EmptyState title={t.history.empty} hint={t.history.emptyHint}>
        <a className="button button-primary" href={paths.compose}>
          {t.history.first}
        </a>
      </EmptyState>
    );
  }
  return (
    <EmptyState title={t.history.none(t.status[status])}>
      <a className="button button-quiet" href={paths.history()}>
        {t.history.showAll}
      </a>
    </EmptyState>
  );
}
