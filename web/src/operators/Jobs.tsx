import { type FormEvent, useId, useState } from "react";
import { MAX_REASON_CHARACTERS, useFailJob, useOperatorJobs } from "../api/operators";
import { isActive, isStatus, type JobStatus, type OperatedJob, STATUSES } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { go, paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import { StatusPill } from "../ui/StatusPill";
import { dayOf } from "../usage/months";

interface Props {
  day: string | undefined;
  status: JobStatus | undefined;
  userId: string;
}

/** The jobs that were submitted on a day, with their states and failures; their texts are not for operators. */
export function Jobs(filter: Props) {
  const { t } = useSpeech();
  const { day, status, userId } = filter;
  const jobs = useOperatorJobs({ day, status, userId: userId || undefined });
  const items = jobs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Filter key={userId} {...filter} />
      {jobs.isPending && <Skeleton lines={6} />}
      {jobs.isError && <ErrorNotice error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.isSuccess && items.length === 0 && <EmptyState title={t.operators.noJobs} hint={t.operators.noJobsHint} />}
      {items.length > 0 && (
        <ul className="card operators-jobs" aria-label={t.operators.jobsList}>
          {items.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      )}
      {jobs.hasNextPage && (
        <Button unavailable={jobs.isFetchingNextPage} onClick={() => void jobs.fetchNextPage()}>
          {jobs.isFetchingNextPage ? t.operators.loadingOlder : t.operators.older}
        </Button>
      )}
    </>
  );
}

function Filter(filter: Props) {
  const { t } = useSpeech();
  const id = useId();
  const { day, status, userId } = filter;
  const [today] = useState(() => dayOf(Date.now()));
  const [wanted, setWanted] = useState(userId);
  const show = (part: Partial<Props>) => go(paths.operatorsJobs({ ...filter, userId: wanted.trim(), ...part }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    show({});
  };
  return (
    <form className="operators-filter" onSubmit={submit}>
      <div className="form-field">
        <label htmlFor={`${id}day`}>{t.operators.day}</label>
        <input
          id={`${id}day`}
          className="field"
          type="date"
          max={today}
          value={day ?? today}
          onChange={({ target: { value } }) => show({ day: value === today ? undefined : value || undefined })}
        />
      </div>
      <div className="form-field">
        <label htmlFor={`${id}status`}>{t.operators.status}</label>
        <select
          id={`${id}status`}
          className="field"
          value={status ?? ""}
          onChange={({ target: { value } }) => show({ status: isStatus(value) ? value : undefined })}
        >
          <option value="">{t.operators.anyStatus}</option>
          {STATUSES.map((value) => (
            <option key={value} value={value}>
              {t.status[value]}
            </option>
          ))}
        </select>
      </div>
      <div className="form-field">
        <label htmlFor={`${id}user`}>{t.operators.userId}</label>
        <input
          id={`${id}user`}
          className="field"
          type="search"
          placeholder={t.operators.allUsers}
          value={wanted}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setWanted(event.target.value)}
        />
      </div>
      <button type="submit" className="button button-quiet">
        {t.operators.show}
      </button>
    </form>
  );
}

function JobRow({ job }: { job: OperatedJob }) {
  const { t, format } = useSpeech();
  const inputId = useId();
  const { id, user_id, status, provider, created_at, error_code } = job;
  const [reason, setReason] = useState("");
  const fail = useFailJob();
  return (
    <li>
      <StatusPill status={status} />
      <div className="operators-job">
        <code>{id}</code>
        <p>
          <a href={paths.operatorsLimits(user_id)}>{user_id}</a> · {provider}
          {error_code && (
            <>
              {" "}
              · <b>{error_code}</b>
            </>
          )}
        </p>
      </div>
      <time dateTime={created_at} title={format.dateTime(created_at)}>
        {format.relative(created_at)}
      </time>
      {isActive(status) && (
        <Confirm
          label={fail.isPending ? t.operators.failing : t.operators.fail}
          name={t.operators.failJob(id)}
          question={t.operators.reallyFail}
          yes={t.operators.fail}
          no={t.operators.cancel}
          isPending={fail.isPending}
          onConfirm={() => fail.mutate({ id, reason: reason.trim() })}
        >
          <div className="form-field">
            <label htmlFor={inputId}>{t.operators.reason}</label>
            <input
              id={inputId}
              className="field"
              value={reason}
              maxLength={MAX_REASON_CHARACTERS}
              autoComplete="off"
              aria-describedby={`${inputId}hint`}
              onChange={(event) => setReason(event.target.value)}
            />
            <small id={`${inputId}hint`}>{t.operators.failReasonHint}</small>
          </div>
        </Confirm>
      )}
      {fail.isError && <ErrorNotice error={fail.error} />}
    </li>
  );
}
