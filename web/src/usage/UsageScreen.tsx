import { useState } from "react";
import type { Usage } from "../api/types";
import { useUsage } from "../api/usage";
import { useSpeech } from "../i18n/strings";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Heading } from "../ui/Heading";
import { go, paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import { DayTable } from "./DayTable";
import { FiguresMeter } from "./FiguresMeter";
import { MonthChoice } from "./MonthChoice";
import { monthOf } from "./months";
import "./usage.css";

/** What the user has billed, and how much may still be. `month`: undefined for the current one. */
export default function UsageScreen({ month }: { month: string | undefined }) {
  const { t, format } = useSpeech();
  const [now] = useState(() => monthOf(Date.now()));
  const usage = useUsage(month);
  const shown = month ?? usage.data?.month ?? now;
  return (
    <div className="usage">
      <header className="screen-head">
        <Heading title={t.usage.title} />
        <p className="lead">{t.usage.lead}</p>
      </header>
      <MonthChoice month={shown} onChoose={(value) => go(paths.usage(value === now ? undefined : value))} />
      {usage.isPending && <Skeleton lines={6} />}
      {usage.isError && <ErrorNotice error={usage.error} onRetry={() => void usage.refetch()} />}
      {usage.data && (
        <>
          {shown === now && <Limits usage={usage.data} />}
          {usage.data.days.length === 0 ? (
            <EmptyState title={t.usage.none(format.month(shown))} hint={t.usage.noneHint} />
          ) : (
            <section className="card" aria-labelledby="by-day-label">
              <div className="card-head">
                <h2 id="by-day-label">{t.usage.byDay}</h2>
              </div>
              <DayTable label={t.usage.byDay} days={usage.data.days} total={usage.data.total} />
            </section>
          )}
        </>
      )}
    </div>
  );
}

function Limits({ usage }: { usage: Usage }) {
  const { t } = useSpeech();
  const { limits, today, total, day_resets_at, month_resets_at } = usage;
  return (
    <section className="card usage-limits" aria-label={t.usage.limits}>
      <FiguresMeter label={t.usage.today} figures={today} limit={limits.characters_per_day} resetsAt={day_resets_at} />
      <FiguresMeter
        label={t.usage.thisMonth}
        figures={total}
        limit={limits.characters_per_month}
        resetsAt={month_resets_at}
      />
    </section>
  );
}
