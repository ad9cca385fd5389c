import { useState } from "react";
import type { Webhook } from "../api/types";
import {
  JOB_WEBHOOK,
  useChangeWebhook,
  useDeleteWebhook,
  useRotateSecret,
  useSendTest,
  useWebhook,
} from "../api/webhooks";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Heading } from "../ui/Heading";
import { Notice } from "../ui/Notice";
import { go, paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import { Deliveries } from "./Deliveries";
import { EditEndpoint } from "./EndpointForm";
import { EndpointStatus } from "./EndpointStatus";
import { Secret } from "./Secret";
import { eventsText } from "./Webhooks";

/** One endpoint: what it is told, its secret, and what was sent to it; under `job` the same of jobs' own URLs. */
export function Endpoint({ id }: { id: string }) {
  const { t } = useSpeech();
  const webhook = useWebhook(id);
  const rotate = useRotateSecret(id);
  const isOfJobs = id === JOB_WEBHOOK;
  const title = isOfJobs ? t.webhooks.jobTitle : (webhook.data?.url ?? t.webhooks.title);
  return (
    <div className="webhooks">
      <header className="screen-head">
        <p>
          <a href={paths.webhooks()}>{t.webhooks.toList}</a>
        </p>
        <Heading title={title} />
        {isOfJobs && <p className="lead">{t.webhooks.jobHint}</p>}
      </header>
      {webhook.isPending && <Skeleton lines={5} />}
      {webhook.isError && <ErrorNotice error={webhook.error} onRetry={() => void webhook.refetch()} />}
      {webhook.data === null && (isOfJobs ? <FirstSecret rotate={rotate} /> : <EmptyState title={t.webhooks.gone} />)}
      {webhook.data && (
        <>
          <About webhook={webhook.data} isOfJobs={isOfJobs} />
          <Tools webhook={webhook.data} isOfJobs={isOfJobs} rotate={rotate} />
          <Deliveries id={id} isDisabled={webhook.data.status === "disabled"} />
        </>
      )}
      {rotate.data && (
        <Secret
          secret={rotate.data.secret}
          oldUntil={rotate.data.previous_secret_expires_at}
          onClose={() => rotate.reset()}
        />
      )}
    </div>
  );
}

type Rotation = ReturnType<typeof useRotateSecret>;

function FirstSecret({ rotate }: { rotate: Rotation }) {
  const { t } = useSpeech();
  return (
    <EmptyState title={t.webhooks.jobNoSecret} hint={t.webhooks.jobNoSecretHint}>
      <Button look="primary" unavailable={rotate.isPending} onClick={() => rotate.mutate()}>
        {t.webhooks.createSecret}
      </Button>
      {rotate.isError && <ErrorNotice error={rotate.error} />}
    </EmptyState>
  );
}

function About({ webhook, isOfJobs }: { webhook: Webhook; isOfJobs: boolean }) {
  const { t, format } = useSpeech();
  const { description, events, created_at, disabled_reason, failing_since, previous_secret_expires_at } = webhook;
  const old = previous_secret_expires_at;
  return (
    <>
      {webhook.status === "disabled" && disabled_reason && disabled_reason !== "user" ? (
        <Notice tone="alarm" title={t.webhooks.disabledReasons[disabled_reason]} />
      ) : (
        failing_since && <Notice tone="patience" title={t.webhooks.failingSince(format.dateTime(failing_since))} />
      )}
      <div className="webhook-about">
        {!isOfJobs && <EndpointStatus webhook={webhook} />}
        <p>
          {[
            ...(description ? [description] : []),
            ...(isOfJobs ? [] : [eventsText(events, t.webhooks.eventNames, t.webhooks.allEvents, format.list)]),
            t.webhooks.created(format.relative(created_at)),
            ...(old && Date.parse(old) > Date.now() ? [t.webhooks.oldSecretUntil(format.dateTime(old))] : []),
          ].join(" · ")}
        </p>
      </div>
    </>
  );
}

function Tools({ webhook, isOfJobs, rotate }: { webhook: Webhook; isOfJobs: boolean; rotate: Rotation }) {
  const { t } = useSpeech();
  const { id, status } = webhook;
  const [isEditing, setIsEditing] = useState(false);
  const change = useChangeWebhook(id);
  const test = useSendTest(id);
  const remove = useDeleteWebhook(id);
  const isEnabled = status === "enabled";
  const error = [change, rotate, test, remove].find(({ isError }) => isError)?.error;
  return (
    <>
      <div className="webhooks-tools">
        {!isOfJobs && (
          <>
            <Button icon="send" unavailable={!isEnabled || test.isPending} onClick={() => test.mutate()}>
              {t.webhooks.test}
            </Button>
            <Button icon="edit" aria-haspopup="dialog" onClick={() => setIsEditing(true)}>
              {t.webhooks.edit}
            </Button>
            <Button
              unavailable={change.isPending}
              onClick={() => change.mutate({ status: isEnabled ? "disabled" : "enabled" })}
            >
              {isEnabled ? t.webhooks.disable : t.webhooks.enable}
            </Button>
          </>
        )}
        <Confirm
          label={t.webhooks.rotate}
          question={t.webhooks.reallyRotate}
          yes={t.webhooks.rotateYes}
          no={t.webhooks.cancel}
          isPending={rotate.isPending}
          onConfirm={() => rotate.mutate()}
        />
        {!isOfJobs && (
          <Confirm
            look="plain"
            label={t.webhooks.delete}
            question={t.webhooks.reallyDelete}
            yes={t.webhooks.delete}
            no={t.webhooks.cancel}
            isPending={remove.isPending}
            onConfirm={() => remove.mutate(undefined, { onSuccess: () => go(paths.webhooks()) })}
          />
        )}
      </div>
      <p className="webhooks-said" role="status">
        {test.isSuccess && t.webhooks.tested}
      </p>
      {error != null && <ErrorNotice error={error} />}
      {isEditing && <EditEndpoint webhook={webhook} onClose={() => setIsEditing(false)} />}
    </>
  );
}
