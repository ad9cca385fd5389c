import { useJobs } from "../api/jobs";
import { type JobStatus, STATUSES } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { JobLine } from "../job/JobLine";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Heading } from "../ui/Heading";
import { paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import "../job/job.css";
import "./history.css";

/** The jobs of the last 30 days, newest first. */
export function History({ status }: { status: JobStatus | undefined }) {
  const { t, format } = useSpeech();
  const jobs = useJobs(status);
  const items = jobs.data?.pages.flatMap((page) => page.items) ?? [];
  const total = jobs.data?.pages[0]?.total ?? 0;
  return (
    <div className="history">
      <header className="screen-head">
        <Heading title={t.history.title} />
        <p className="lead">{t.history.lead}</p>
      </header>
      <nav className="filter" aria-label={t.history.filter}>
        {[undefined, ...STATUSES].map((value) => (
          <a key={value ?? "all"} href={paths.history(value)} aria-current={value === status ? "true" : undefined}>
            {value === undefined ? t.history.all : t.status[value]}
          </a>
        ))}
      </nav>
      {jobs.isPending && <Skeleton lines={6} />}
      {jobs.isError && <ErrorNotice error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.isSuccess && items.length === 0 && <Nothing status={status} />}
      {items.length > 0 && (
        <>
          <ul className="job-lines" aria-label={t.history.jobs}>
            {items.map((job) => (
              <li key={job.id}>
                <JobLine job={job} />
              </li>
            ))}
          </ul>
          <footer className="history-foot">
            <p role="status">{t.history.total(format.number(total))}</p>
            {jobs.hasNextPage && (
              <Button unavailable={jobs.isFetchingNextPage} onClick={() => void jobs.fetchNextPage()}>
                {jobs.isFetchingNextPage ? t.history.loadingOlder : t.history.older}
              </Button>
            )}
          </footer>
        </>
      )}
    </div>
  );
}

function Nothing({ status }: { status: JobStatus | undefined }) {
  const { t } = useSpeech();
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
