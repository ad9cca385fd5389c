import type { WebhookAttempt, WebhookDelivery } from "../api/types";
import { DELIVERIES_KEPT_DAYS, useDeliveries, useRedeliver } from "../api/webhooks";
import { useSpeech } from "../i18n/strings";
import type { Strings } from "../i18n/zh-TW";
import { Button } from "../ui/Button";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Icon, type IconName } from "../ui/icons";
import { paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";

/** What was sent to an endpoint, and what came of it. */
export function Deliveries({ id, isDisabled }: { id: string; isDisabled: boolean }) {
  const { t, format } = useSpeech();
  const deliveries = useDeliveries(id, { enabled: true });
  const items = deliveries.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="card" aria-labelledby="deliveries-label">
      <div className="card-head">
        <h2 id="deliveries-label">{t.webhooks.deliveries}</h2>
        <small className="webhooks-kept">{t.webhooks.deliveriesKept(format.number(DELIVERIES_KEPT_DAYS))}</small>
      </div>
      {deliveries.isPending && <Skeleton lines={3} />}
      {deliveries.isError && <ErrorNotice error={deliveries.error} onRetry={() => void deliveries.refetch()} />}
      {deliveries.isSuccess && items.length === 0 && <p className="card-empty">{t.webhooks.noDeliveries}</p>}
      {items.length > 0 && (
        <ul className="deliveries" aria-labelledby="deliveries-label">
          {items.map((delivery) => (
            <li key={delivery.id}>
              <DeliveryLine delivery={delivery} webhookId={id} isDisabled={isDisabled} />
            </li>
          ))}
        </ul>
      )}
      {deliveries.hasNextPage && (
        <div className="card-foot">
          <Button unavailable={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>
            {deliveries.isFetchingNextPage ? t.history.loadingOlder : t.history.older}
          </Button>
        </div>
      )}
    </section>
  );
}

const LOOKS: Record<WebhookDelivery["status"], [status: string, icon: IconName]> = {
  pending: ["processing", "wait"],
  delivered: ["completed", "check"],
  failed: ["failed", "cross"],
};

interface LineProps {
  delivery: WebhookDelivery;
  webhookId: string;
  isDisabled: boolean;
}

function DeliveryLine({ delivery, webhookId, isDisabled }: LineProps) {
  const { t, format } = useSpeech();
  const { event_type, event_id, status, created_at, next_attempt_at, attempts, job_id, redelivery_of } = delivery;
  const redeliver = useRedeliver(webhookId);
  const name = t.webhooks.eventNames[event_type] ?? event_type;
  const [look, icon] = LOOKS[status];
  const last = attempts.at(-1);
  const about = [
    ...(last && status !== "delivered" ? [resultOf(last, t)] : []),
    ...(status === "pending" && next_attempt_at && attempts.length > 0
      ? [t.webhooks.nextAttempt(format.relative(next_attempt_at))]
      : []),
    ...(attempts.length > 1 ? [t.webhooks.attempts(attempts.length)] : []),
    ...(redelivery_of ? [t.webhooks.redeliveryOf] : []),
  ];
  return (
    <details className="delivery-line">
      <summary>
        <Icon name="chevron" />
        <span className="pill" data-status={look}>
          <Icon name={icon} />
          {t.webhooks.deliveryStatus[status]}
        </span>
        <span className="delivery-name">
          <b>{name}</b>
          {about.length > 0 && <small>{about.join(" · ")}</small>}
        </span>
        <time dateTime={created_at} title={format.dateTime(created_at)}>
          {format.relative(created_at)}
        </time>
      </summary>
      <div className="delivery-body">
        {webhookId === "job" && (
          <p>
            <code>{delivery.url}</code>
          </p>
        )}
        {attempts.length === 0 ? (
          <p>{t.webhooks.noAttempts}</p>
        ) : (
          <Attempts label={t.webhooks.attemptsOf(name)} attempts={attempts} />
        )}
        <p className="delivery-ids">
          {t.webhooks.eventId} <code>{event_id}</code>
          {job_id && <a href={paths.job(job_id)}>{t.webhooks.jobOf}</a>}
        </p>
        <div className="delivery-tools">
          <Button
            icon="again"
            unavailable={isDisabled || redeliver.isPending}
            onClick={() => redeliver.mutate(delivery.id)}
          >
            {t.webhooks.redeliver}
          </Button>
          <span role="status">{redeliver.isSuccess && t.webhooks.redelivered}</span>
        </div>
        {redeliver.isError && <ErrorNotice error={redeliver.error} />}
      </div>
    </details>
  );
}

function Attempts({ label, attempts }: { label: string; attempts: readonly WebhookAttempt[] }) {
  const { t, format } = useSpeech();
  const { attemptColumns: columns } = t.webhooks;
  const hasResponses = attempts.some(({ response_excerpt }) => response_excerpt);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled has to be reached by keyboard
    <section className="attempts" aria-label={label} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{columns.at}</th>
            <th scope="col">{columns.result}</th>
            <th scope="col">{columns.duration}</th>
            {hasResponses && <th scope="col">{columns.response}</th>}
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <tr key={attempt.at}>
              <td>
                <time dateTime={attempt.at}>{format.dateTime(attempt.at)}</time>
              </td>
              <td>{resultOf(attempt, t)}</td>
              <td>{format.span(attempt.duration_ms)}</td>
              {hasResponses && (
                <td>
                  <code>{attempt.response_excerpt}</code>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The status code, and what was wrong where something was. */
export function resultOf({ status_code, error }: WebhookAttempt, t: Strings): string {
  const answered = status_code === null ? undefined : t.webhooks.answered(String(status_code));
  // A bad status says as much as its number.
  const wrong =
    error === null || (error === "bad_status" && answered) ? undefined : (t.webhooks.errors[error] ?? error);
  return [answered, wrong].filter((part) => part !== undefined).join(", ");
}
