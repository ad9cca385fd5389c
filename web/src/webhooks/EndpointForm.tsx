import { type FormEvent, useId, useState } from "react";
import { Refused } from "../api/errors";
import type { Webhook, WebhookEvent } from "../api/types";
import {
  MAX_DESCRIPTION_CHARACTERS,
  MAX_WEBHOOK_URL_CHARACTERS,
  useChangeWebhook,
  useCreateWebhook,
  WEBHOOK_EVENTS,
  type WebhookFields,
} from "../api/webhooks";
import { useSpeech } from "../i18n/strings";
import { Dialog } from "../ui/Dialog";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Secret } from "./Secret";

/** Adds an endpoint, then shows its secret. */
export function NewEndpoint({ onClose }: { onClose(): void }) {
  const { t } = useSpeech();
  const create = useCreateWebhook();
  if (create.data) return <Secret secret={create.data.secret} onClose={onClose} />;
  return (
    <Dialog title={t.webhooks.add} onClose={onClose}>
      <EndpointForm
        before={{ url: "", events: [...WEBHOOK_EVENTS], description: null }}
        action={t.webhooks.create}
        isPending={create.isPending}
        error={create.error}
        onSubmit={(fields) => create.mutate(fields)}
      />
    </Dialog>
  );
}

export function EditEndpoint({ webhook, onClose }: { webhook: Webhook; onClose(): void }) {
  const { t } = useSpeech();
  const change = useChangeWebhook(webhook.id);
  const { url, events, description } = webhook;
  return (
    <Dialog title={t.webhooks.edit} onClose={onClose}>
      <EndpointForm
        before={{ url: url ?? "", events, description }}
        action={t.webhooks.save}
        isPending={change.isPending}
        error={change.error}
        onSubmit={(fields) => change.mutate(fields, { onSuccess: onClose })}
      />
    </Dialog>
  );
}

interface FormProps {
  before: WebhookFields;
  action: string;
  isPending: boolean;
  error: unknown;
  onSubmit(fields: WebhookFields): void;
}

function EndpointForm({ before, action, isPending, error, onSubmit }: FormProps) {
  const { t } = useSpeech();
  const id = useId();
  const [url, setUrl] = useState(before.url);
  const [description, setDescription] = useState(before.description ?? "");
  const [events, setEvents] = useState<readonly WebhookEvent[]>(before.events);
  const [isWithoutEvents, setIsWithoutEvents] = useState(false);
  const problems = error instanceof Refused ? error.problems : [];
  const wrong = (field: string) => problems.find((problem) => problem.field.startsWith(field))?.message;
  const [urlWrong, descriptionWrong] = [wrong("url"), wrong("description")];
  const eventsWrong = isWithoutEvents && events.length === 0 ? t.webhooks.eventsNeeded : wrong("events");
  const isAtFields = problems.length > 0 && problems.every(({ field }) => /^(url|description|events)/.test(field));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsWithoutEvents(events.length === 0);
    if (isPending || events.length === 0) return;
    onSubmit({
      url: url.trim(),
      events: WEBHOOK_EVENTS.filter((each) => events.includes(each)),
      description: description.trim() || null,
    });
  };
  return (
    // Whether an address will do is the service's to say, in the reader's language.
    <form className="form" noValidate onSubmit={submit}>
      <div className="form-field">
        <label htmlFor={`${id}url`}>{t.webhooks.fields.url}</label>
        <input
          id={`${id}url`}
          className="field"
          type="url"
          inputMode="url"
          placeholder="https://"
          value={url}
          maxLength={MAX_WEBHOOK_URL_CHARACTERS}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={urlWrong !== undefined || undefined}
          aria-describedby={urlWrong === undefined ? `${id}url-hint` : `${id}url-wrong ${id}url-hint`}
          onChange={(event) => setUrl(event.target.value)}
          data-first-focus
        />
        <Wrong id={`${id}url-wrong`} message={urlWrong} />
        <small id={`${id}url-hint`}>{t.webhooks.urlHint}</small>
      </div>
      <fieldset className="form-field" aria-describedby={eventsWrong === undefined ? undefined : `${id}events-wrong`}>
        <legend>{t.webhooks.fields.events}</legend>
        {WEBHOOK_EVENTS.map((event) => (
          <label key={event} className="check">
            <input
              type="checkbox"
              checked={events.includes(event)}
              onChange={({ target: { checked } }) =>
                setEvents(checked ? [...events, event] : events.filter((each) => each !== event))
              }
            />
            <span>
              {t.webhooks.eventNames[event]} <code>{event}</code>
            </span>
          </label>
        ))}
        <Wrong id={`${id}events-wrong`} message={eventsWrong} />
      </fieldset>
      <div className="form-field">
        <label htmlFor={`${id}description`}>{t.webhooks.fields.description}</label>
        <input
          id={`${id}description`}
          className="field"
          value={description}
          maxLength={MAX_DESCRIPTION_CHARACTERS}
          autoComplete="off"
          aria-invalid={descriptionWrong !== undefined || undefined}
          aria-describedby={`${id}description-hint`}
          onChange={(event) => setDescription(event.target.value)}
        />
        <Wrong id={`${id}description-wrong`} message={descriptionWrong} />
        <small id={`${id}description-hint`}>{t.webhooks.descriptionHint}</small>
      </div>
      {error != null && !isAtFields && <ErrorNotice error={error} />}
      <button type="submit" className="button button-primary" aria-disabled={isPending || undefined}>
        {isPending ? t.webhooks.saving : action}
      </button>
    </form>
  );
}

function Wrong({ id, message }: { id: string; message: string | undefined }) {
  return message === undefined ? null : (
    <small id={id} role="alert">
      {message}
    </small>
  );
}
