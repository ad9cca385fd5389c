import { type FormEvent, useId, useState } from "react";
import { isChangedElsewhere } from "../api/pronunciations";
import { useDeleteShow, useKeepShow } from "../api/shows";
import type { ShowFields, ShowSummary } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { MAX_TITLE_CHARACTERS } from "../titles";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { Dialog } from "../ui/Dialog";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Skeleton } from "../ui/Skeleton";
import { labelOf } from "./ShowsBar";
import "./shows.css";
import { nameFor } from "./show";

interface Props {
  shows: readonly ShowSummary[];
  isLoading: boolean;
  error: unknown;
  /** The show that was applied last. */
  applied: ShowSummary | undefined;
  showOf(title: string): ShowFields;
  proposed: string;
  onApply(name: string): void;
  onKept(name: string): void;
  onClose(): void;
}

/** All shows: applied, deleted, and what is written kept as one. */
export default function ShowsDialog(props: Props) {
  const { shows, isLoading, error, applied, showOf, proposed, onApply, onKept, onClose } = props;
  const { t, format } = useSpeech();
  const id = useId();
  const [title, setTitle] = useState(applied ? labelOf(applied) : proposed);
  const keep = useKeepShow();
  const remove = useDeleteShow();
  const wanted = title.trim();
  // A show that was kept by another client may have a name that does not follow from its title.
  const name = shows.find((show) => labelOf(show) === wanted)?.name ?? nameFor(wanted);
  const isThere = shows.some((show) => show.name === name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted === "" || keep.isPending) return;
    keep.mutate({ name, fields: showOf(wanted), isAgain: isThere }, { onSuccess: () => onKept(name) });
  };
  return (
    <Dialog title={t.shows.title} onClose={onClose}>
      <div className="shows">
        {isLoading && <Skeleton lines={2} />}
        {error != null && <ErrorNotice error={error} />}
        {shows.length > 0 && (
          <ul aria-label={t.shows.title}>
            {shows.map((show) => (
              <li key={show.name}>
                <span className="shows-name">
                  <b>{labelOf(show)}</b>
                  <small>{t.shows.changed(format.relative(show.updated_at))}</small>
                </span>
                <Button aria-label={t.shows.apply(labelOf(show))} onClick={() => onApply(show.name)}>
                  {t.shows.use}
                </Button>
                <Confirm
                  look="plain"
                  icon="delete"
                  label={t.shows.delete}
                  name={t.shows.deleteOf(labelOf(show))}
                  question={t.shows.reallyDelete(labelOf(show))}
                  yes={t.shows.delete}
                  no={t.shows.keepIt}
                  isPending={remove.isPending}
                  onConfirm={() => remove.mutate(show.name)}
                />
              </li>
            ))}
          </ul>
        )}
        {remove.isError && <ErrorNotice error={remove.error} />}
        <form onSubmit={submit}>
          <label htmlFor={id}>{t.shows.keepAs}</label>
          <input
            id={id}
            className="field"
            value={title}
            maxLength={MAX_TITLE_CHARACTERS}
            autoComplete="off"
            aria-describedby={`${id}-hint`}
            onChange={(event) => {
              setTitle(event.target.value);
              keep.reset();
            }}
            data-first-focus
          />
          <button
            type="submit"
            className="button button-primary"
            aria-disabled={wanted === "" || keep.isPending || undefined}
          >
            {isThere ? t.shows.replace : t.shows.save}
          </button>
          <small id={`${id}-hint`}>{t.shows.hint}</small>
        </form>
        <p role="status">{keep.isSuccess && t.shows.kept(wanted)}</p>
        {keep.isError &&
          (isChangedElsewhere(keep.error) ? <p role="alert">{t.shows.taken}</p> : <ErrorNotice error={keep.error} />)}
      </div>
    </Dialog>
  );
}
