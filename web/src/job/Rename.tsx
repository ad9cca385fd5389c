import { type FormEvent, useId, useState } from "react";
import { Refused } from "../api/errors";
import { useRenameJob } from "../api/jobs";
import type { JobDetail } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { changesOf, isTitleField, MAX_TITLE_CHARACTERS, TITLE_FIELDS, titlesOf } from "../titles";
import { Dialog } from "../ui/Dialog";
import { ErrorNotice } from "../ui/ErrorNotice";
import { IconButton } from "../ui/IconButton";

/** Gives the job another title, author or album. */
export function Rename({ job }: { job: JobDetail }) {
  const { t } = useSpeech();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <IconButton icon="edit" name={t.titles.rename} aria-haspopup="dialog" onClick={() => setIsOpen(true)} />
      {isOpen && <RenameDialog job={job} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function RenameDialog({ job, onClose }: { job: JobDetail; onClose(): void }) {
  const { t } = useSpeech();
  const id = useId();
  const [before] = useState(() => titlesOf(job));
  const [titles, setTitles] = useState(before);
  const rename = useRenameJob(job.id);
  const problems = rename.error instanceof Refused ? rename.error.problems : [];
  const isAtFields = problems.length > 0 && problems.every(({ field }) => isTitleField(field));
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (rename.isPending) return;
    const changes = changesOf(before, titles);
    if (Object.keys(changes).length === 0) onClose();
    else rename.mutate(changes, { onSuccess: onClose });
  };
  return (
    <Dialog title={t.titles.rename} onClose={onClose}>
      <form className="rename" onSubmit={save}>
        {TITLE_FIELDS.map((field) => {
          const wrong = problems.find((problem) => problem.field === field)?.message;
          const [hintId, wrongId] = [`${id}${field}-hint`, `${id}${field}-wrong`];
          return (
            <div key={field} className="rename-field">
              <label htmlFor={id + field}>{t.titles.fields[field]}</label>
              <input
                id={id + field}
                className="field"
                value={titles[field]}
                maxLength={MAX_TITLE_CHARACTERS}
                autoComplete="off"
                aria-invalid={wrong !== undefined || undefined}
                aria-describedby={wrong === undefined ? hintId : `${wrongId} ${hintId}`}
                onChange={(event) => setTitles({ ...titles, [field]: event.target.value })}
                data-first-focus={field === "title" || undefined}
              />
              {wrong !== undefined && (
                <small id={wrongId} role="alert">
                  {wrong}
                </small>
              )}
              <small id={hintId}>{field === "title" ? t.titles.renameHint : t.titles.hints[field]}</small>
            </div>
          );
        })}
        {rename.isError && !isAtFields && <ErrorNotice error={rename.error} />}
        <button type="submit" className="button button-primary" aria-disabled={rename.isPending || undefined}>
          {rename.isPending ? t.titles.saving : t.titles.save}
        </button>
      </form>
    </Dialog>
  );
}
