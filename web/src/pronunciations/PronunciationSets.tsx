import { type FormEvent, useId, useState } from "react";
import { isChangedElsewhere, usePronunciationSets, useSavePronunciationSet } from "../api/pronunciations";
import { useSpeech } from "../i18n/strings";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Heading } from "../ui/Heading";
import { go, paths } from "../ui/route";
import { Skeleton } from "../ui/Skeleton";
import "./pronunciations.css";

/** The user's pronunciation sets, and how to begin another. */
export default function PronunciationSets() {
  const { t, format } = useSpeech();
  const sets = usePronunciationSets();
  return (
    <div className="pronunciations">
      <header className="screen-head">
        <Heading title={t.pronunciations.title} />
        <p className="lead">{t.pronunciations.lead}</p>
      </header>
      <NewSet />
      {sets.isPending && <Skeleton lines={3} />}
      {sets.isError && <ErrorNotice error={sets.error} onRetry={() => void sets.refetch()} />}
      {sets.isSuccess && sets.data.length === 0 && (
        <EmptyState title={t.pronunciations.none} hint={t.pronunciations.noneHint} />
      )}
      {sets.data && sets.data.length > 0 && (
        <ul className="card sets" aria-label={t.pronunciations.sets}>
          {sets.data.map(({ name, entry_count, updated_at }) => (
            <li key={name}>
              <a href={paths.pronunciations(name)}>{name}</a>
              <small>
                {t.pronunciations.entries(format.number(entry_count))} ·{" "}
                <time dateTime={updated_at} title={format.dateTime(updated_at)}>
                  {t.pronunciations.changed(format.relative(updated_at))}
                </time>
              </small>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function NewSet() {
  const { t } = useSpeech();
  const id = useId();
  const [name, setName] = useState("");
  const create = useSavePronunciationSet();
  const isTaken = isChangedElsewhere(create.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === "" || create.isPending) return;
    create.mutate(
      { name: wanted, entries: [], etag: undefined },
      { onSuccess: () => go(paths.pronunciations(wanted)) },
    );
  };
  return (
    <form className="new-set" onSubmit={submit}>
      <label htmlFor={id}>{t.pronunciations.newName}</label>
      <input
        id={id}
        className="field"
        value={name}
        maxLength={64}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={`${id}-hint`}
        aria-invalid={create.isError || undefined}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button button-primary" aria-disabled={create.isPending || undefined}>
        {t.pronunciations.create}
      </button>
      <small id={`${id}-hint`}>{t.pronunciations.nameHint}</small>
      {isTaken && <p role="alert">{t.pronunciations.taken}</p>}
      {create.isError && !isTaken && <ErrorNotice error={create.error} />}
    </form>
  );
}
