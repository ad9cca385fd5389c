import { useBreaker } from "../api/operators";
import { useSpeech } from "../i18n/strings";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Heading } from "../ui/Heading";
import { Notice } from "../ui/Notice";
import { type OperatorsView, paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import { Jobs } from "./Jobs";
import { Limits } from "./Limits";
import "./operators.css";
import { Usage } from "./Usage";

/** What operators see of all users, and what they set for them. Nothing for everybody else. */
export default function OperatorsScreen({ user, view }: { user: string; view: OperatorsView }) {
  const { t } = useSpeech();
  const { data: breaker, isPending, isError, error, refetch } = useBreaker(user);
  if (breaker === null) {
    return (
      <>
        <Heading title={t.errors.notFound} />
        <EmptyState title={t.errors.notFoundHint}>
          <a className="button button-primary" href={paths.compose}>
            {t.errors.toWrite}
          </a>
        </EmptyState>
      </>
    );
  }
  const parts = [
    { part: "usage", path: paths.operators() },
    { part: "jobs", path: paths.operatorsJobs({}) },
    { part: "limits", path: paths.operatorsLimits() },
  ] as const;
  return (
    <div className="operators">
      <header className="screen-head">
        <Heading title={t.operators.title} />
      </header>
      {isPending && <Skeleton lines={6} />}
      {isError && !breaker && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {breaker && (
        <>
          <nav className="filter" aria-label={t.operators.parts}>
            {parts.map(({ part, path }) => (
              <a key={part} href={path} aria-current={part === view.part ? "page" : undefined}>
                {t.operators[part]}
              </a>
            ))}
          </nav>
          {breaker.state === "open" && view.part !== "limits" && (
            <Notice tone="patience" title={t.operators.breakerOpen}>
              {breaker.reason && <p>{breaker.reason}</p>}
              <a href={paths.operatorsLimits()}>{t.operators.breaker}</a>
            </Notice>
          )}
          {view.part === "usage" && <Usage month={view.month} />}
          {view.part === "jobs" && <Jobs day={view.day} status={view.status} userId={view.userId} />}
          {view.part === "limits" && <Limits breaker={breaker} userId={view.userId} />}
        </>
      )}
    </div>
  );
}
