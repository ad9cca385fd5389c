import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { fetchUsageCsv, useOperatorUsage } from "../api/operators";
import type { OperatorUsage, UsageOfUser } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { DayTable } from "../usage/DayTable";
import { FiguresMeter } from "../usage/FiguresMeter";
import { MonthChoice } from "../usage/MonthChoice";
import { monthOf } from "../usage/months";
import "../usage/usage.css";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Icon } from "../ui/icons";
import { go, paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import { saveText } from "../ui/save-file";

/** All users' usage of a month, by user and day. */
export function Usage({ month }: { month: string | undefined }) {
  const { t, format } = useSpeech();
  const [now] = useState(() => monthOf(Date.now()));
  const usage = useOperatorUsage(month);
  const [first] = usage.data?.pages ?? [];
  const users = usage.data?.pages.flatMap((page) => page.users) ?? [];
  const shown = month ?? first?.month ?? now;
  const csv = useMutation({ mutationFn: () => fetchUsageCsv(shown) });
  return (
    <>
      <div className="operators-tools">
        <MonthChoice month={shown} onChoose={(value) => go(paths.operators(value === now ? undefined : value))} />
        <Button
          icon="download"
          unavailable={csv.isPending}
          onClick={() =>
            csv.mutate(undefined, { onSuccess: (text) => saveText(text, `castline-usage-${shown}.csv`, "text/csv") })
          }
        >
          {t.operators.csv}
        </Button>
      </div>
      {csv.isError && <ErrorNotice error={csv.error} />}
      {usage.isPending && <Skeleton lines={6} />}
      {usage.isError && <ErrorNotice error={usage.error} onRetry={() => void usage.refetch()} />}
      {first && (
        <>
          {shown === now && <Deployment deployment={first.deployment} />}
          {first.days.length > 0 && (
            <section className="card" aria-labelledby="by-day-label">
              <div className="card-head">
                <h2 id="by-day-label">{t.usage.byDay}</h2>
              </div>
              <DayTable label={t.usage.byDay} days={first.days} total={first.deployment.total} />
            </section>
          )}
          {users.length === 0 ? (
            <EmptyState title={t.operators.noUsage(format.month(shown))} />
          ) : (
            <Users users={users} />
          )}
          {usage.hasNextPage && (
            <Button unavailable={usage.isFetchingNextPage} onClick={() => void usage.fetchNextPage()}>
              {usage.isFetchingNextPage ? t.operators.loadingMore : t.operators.moreUsers}
            </Button>
          )}
        </>
      )}
    </>
  );
}

function Deployment({ deployment: { limit, today, total } }: { deployment: OperatorUsage["deployment"] }) {
  const { t } = useSpeech();
  return (
    <section className="card usage-limits" aria-label={t.operators.ceiling}>
      <FiguresMeter label={t.operators.deploymentToday} figures={today} limit={limit} />
      <FiguresMeter label={t.operators.deploymentMonth} figures={total} limit={null} />
    </section>
  );
}

/** Each user with their days, those who have billed most first. */
function Users({ users }: { users: readonly UsageOfUser[] }) {
  const { t, format } = useSpeech();
  const sorted = [...users].sort((one, other) => other.billed_characters - one.billed_characters);
  return (
    <section className="card" aria-labelledby="by-user-label">
      <div className="card-head">
        <h2 id="by-user-label">{t.operators.byUser}</h2>
        <small>{t.operators.users(format.number(users.length))}</small>
      </div>
      <ul className="operators-users" aria-labelledby="by-user-label">
        {sorted.map(({ user_id, days, ...total }) => (
          <li key={user_id}>
            <details>
              <summary>
                <Icon name="chevron" />
                <b>{user_id}</b>
                <span>
                  {t.operators.characters(format.number(total.billed_characters))} ·{" "}
                  {format.money(total.cost.amount, total.cost.currency)}
                </span>
              </summary>
              <DayTable label={t.operators.daysOf(user_id)} days={days} total={total} />
              <p className="operators-links">
                <a href={paths.operatorsLimits(user_id)}>{t.operators.limitsOf(user_id)}</a>
              </p>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
