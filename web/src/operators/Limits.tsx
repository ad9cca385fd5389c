import { type FormEvent, useId, useState } from "react";
import {
  type LimitChanges,
  MAX_REASON_CHARACTERS,
  useCeiling,
  useSetBreaker,
  useSetCeiling,
  useSetUserLimits,
  useUserLimits,
} from "../api/operators";
import type { Breaker } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Confirm } from "../ui/Confirm";
import { ErrorNotice } from "../ui/ErrorNotice";
import { go, paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import { LimitsForm } from "./LimitsForm";

/** What may be submitted: at all, by everybody together, and by a user. */
export function Limits({ breaker, userId }: { breaker: Breaker; userId: string | undefined }) {
  return (
    <>
      <Submissions breaker={breaker} />
      <Ceiling />
      <UserSearch key={userId} userId={userId} />
      {userId !== undefined && <UserLimits key={`limits of ${userId}`} userId={userId} />}
    </>
  );
}

/** The breaker: whether new jobs are accepted. */
function Submissions({ breaker }: { breaker: Breaker }) {
  const { t, format } = useSpeech();
  const id = useId();
  const [reason, setReason] = useState("");
  const set = useSetBreaker();
  const isOpen = breaker.state === "open";
  return (
    <section className="card operators-card" aria-labelledby={`${id}label`}>
      <h2 id={`${id}label`}>{t.operators.breaker}</h2>
      <p className="operators-state" role="status" data-open={isOpen || undefined}>
        <b>{isOpen ? t.operators.breakerOpen : t.operators.breakerClosed}</b>
        {isOpen && breaker.reason && ` ${breaker.reason}`}
      </p>
      {breaker.changed_at && (
        <small>{t.operators.breakerChanged(breaker.changed_by ?? "?", format.relative(breaker.changed_at))}</small>
      )}
      <p>{t.operators.breakerHint}</p>
      {isOpen ? (
        <Confirm
          key="resume"
          label={t.operators.resume}
          question={t.operators.reallyResume}
          yes={t.operators.resumeYes}
          no={t.operators.cancel}
          isPending={set.isPending}
          onConfirm={() => set.mutate({ state: "closed" })}
        />
      ) : (
        <Confirm
          key="stop"
          label={t.operators.stop}
          question={t.operators.reallyStop}
          yes={t.operators.stopYes}
          no={t.operators.cancel}
          isPending={set.isPending}
          onConfirm={() =>
            set.mutate(
              { state: "open", ...(reason.trim() !== "" && { reason: reason.trim() }) },
              { onSuccess: () => setReason("") },
            )
          }
        >
          <div className="form-field">
            <label htmlFor={`${id}reason`}>{t.operators.reason}</label>
            <input
              id={`${id}reason`}
              className="field"
              value={reason}
              maxLength={MAX_REASON_CHARACTERS}
              autoComplete="off"
              aria-describedby={`${id}reason-hint`}
              onChange={(event) => setReason(event.target.value)}
            />
            <small id={`${id}reason-hint`}>{t.operators.reasonHint}</small>
          </div>
        </Confirm>
      )}
      {set.isError && <ErrorNotice error={set.error} />}
    </section>
  );
}

/** How many characters all users together may bill a day. */
function Ceiling() {
  const { t } = useSpeech();
  const id = useId();
  const ceiling = useCeiling();
  const set = useSetCeiling();
  return (
    <section className="card operators-card" aria-labelledby={id}>
      <h2 id={id}>{t.operators.ceiling}</h2>
      <p>{t.operators.ceilingHint}</p>
      {ceiling.isPending && <Skeleton lines={2} />}
      {ceiling.isError && <ErrorNotice error={ceiling.error} onRetry={() => void ceiling.refetch()} />}
      {ceiling.data && (
        <LimitsForm
          label={t.operators.ceiling}
          fields={["characters_per_day"]}
          limits={ceiling.data.limits}
          changed={ceiling.data.changed}
          changedAt={ceiling.data.changed_at}
          changedBy={ceiling.data.changed_by}
          isPending={set.isPending}
          isSaved={set.isSuccess}
          error={set.error}
          onSave={(changes) => set.mutate(changes)}
        />
      )}
    </section>
  );
}

function UserSearch({ userId }: { userId: string | undefined }) {
  const { t } = useSpeech();
  const id = useId();
  const [wanted, setWanted] = useState(userId ?? "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted.trim() !== "") go(paths.operatorsLimits(wanted.trim()));
  };
  return (
    <section className="card operators-card" aria-labelledby={`${id}label`}>
      <h2 id={`${id}label`}>{t.operators.userLimits}</h2>
      <form className="operators-search" onSubmit={submit}>
        <label htmlFor={id}>{t.operators.userId}</label>
        <input
          id={id}
          className="field"
          value={wanted}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setWanted(event.target.value)}
        />
        <button type="submit" className="button button-quiet">
          {t.operators.show}
        </button>
      </form>
    </section>
  );
}

function UserLimits({ userId }: { userId: string }) {
  const { t } = useSpeech();
  const id = useId();
  const limits = useUserLimits(userId);
  const set = useSetUserLimits(userId);
  return (
    <section className="card operators-card" aria-labelledby={id}>
      <h2 id={id}>{t.operators.userLimitsOf(userId)}</h2>
      {limits.isPending && <Skeleton lines={4} />}
      {limits.isError && <ErrorNotice error={limits.error} onRetry={() => void limits.refetch()} />}
      {limits.data && (
        <LimitsForm
          label={t.operators.userLimitsOf(userId)}
          fields={["characters_per_day", "characters_per_month", "max_active_jobs"]}
          limits={limits.data.limits}
          changed={limits.data.changed}
          changedAt={limits.data.changed_at}
          changedBy={limits.data.changed_by}
          isPending={set.isPending}
          isSaved={set.isSuccess}
          error={set.error}
          onSave={(changes: LimitChanges) => set.mutate(changes)}
        />
      )}
    </section>
  );
}
