import { useState } from "react";
import type { Webhook } from "../api/types";
import { JOB_WEBHOOK, MAX_WEBHOOKS, useWebhooks, WEBHOOK_EVENTS } from "../api/webhooks";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Heading } from "../ui/Heading";
import { paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import { NewEndpoint } from "./EndpointForm";
import { EndpointStatus } from "./EndpointStatus";

/** The user's endpoints, and how to add one. */
export function Webhooks() {
  const { t, format } = useSpeech();
  const webhooks = useWebhooks();
  const [isAdding, setIsAdding] = useState(false);
  const isFull = (webhooks.data?.length ?? 0) >= MAX_WEBHOOKS;
  return (
    <div className="webhooks">
      <header className="screen-head">
        <Heading title={t.webhooks.title} />
        <p className="lead">{t.webhooks.lead}</p>
      </header>
      <div className="webhooks-tools">
        <Button look="primary" icon="add" unavailable={isFull} aria-haspopup="dialog" onClick={() => setIsAdding(true)}>
          {t.webhooks.add}
        </Button>
        {isFull && <small>{t.webhooks.atMost(format.number(MAX_WEBHOOKS))}</small>}
      </div>
      {webhooks.isPending && <Skeleton lines={3} />}
      {webhooks.isError && <ErrorNotice error={webhooks.error} onRetry={() => void webhooks.refetch()} />}
      {webhooks.data?.length === 0 && <EmptyState title={t.webhooks.none} hint={t.webhooks.noneHint} />}
      {webhooks.data && webhooks.data.length > 0 && (
        <ul className="card webhook-list" aria-label={t.webhooks.list}>
          {webhooks.data.map((webhook) => (
            <EndpointLine key={webhook.id} webhook={webhook} />
          ))}
        </ul>
      )}
      <section className="card webhooks-of-jobs" aria-labelledby="of-jobs-label">
        <h2 id="of-jobs-label">{t.webhooks.jobTitle}</h2>
        <p>{t.webhooks.jobHint}</p>
        <a href={paths.webhooks(JOB_WEBHOOK)}>{t.webhooks.toJob}</a>
      </section>
      {isAdding && <NewEndpoint onClose={() => setIsAdding(false)} />}
    </div>
  );
}

function EndpointLine({ webhook }: { webhook: Webhook }) {
  const { t, format } = useSpeech();
  const { id, url, description, events, created_at, failing_since } = webhook;
  return (
    <li>
      <div className="webhook-line">
        <a href={paths.webhooks(id)}>{url}</a>
        {description && <p>{description}</p>}
        <small>
          {eventsText(events, t.webhooks.eventNames, t.webhooks.allEvents, format.list)} ·{" "}
          {t.webhooks.created(format.relative(created_at))}
        </small>
        {failing_since && (
          <small className="webhook-failing">{t.webhooks.failingSince(format.dateTime(failing_since))}</small>
        )}
      </div>
      <EndpointStatus webhook={webhook} />
    </li>
  );
}

/** Events in words, or that it is all of them. */
export function eventsText(
  events: readonly string[],
  names: Readonly<Record<string, string>>,
  all: string,
  list: (items: readonly string[]) => string,
): string {
  if (WEBHOOK_EVENTS.every((event) => events.includes(event))) return all;
  return list(events.map((event) => names[event] ?? event));
}
