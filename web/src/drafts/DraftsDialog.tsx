import { useState } from "react";
import type { Draft } from "../compose/draft";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { IconButton } from "../ui/IconButton";
import {
  deleteDraft,
  deletedDraft,
  type KeptDraft,
  listDrafts,
  MAX_DRAFTS,
  switchDraft,
  undeleteDraft,
} from "./drafts";
import "./drafts.css";

interface Props {
  user: string;
  /** The id of the draft that is shown. */
  id: string;
  onOpen(draft: KeptDraft): void;
  onClose(): void;
}

/** All drafts: opened, deleted, and the last one brought back. */
export default function DraftsDialog({ user, id, onOpen, onClose }: Props) {
  const { t, format } = useSpeech();
  const [drafts, setDrafts] = useState(() => listDrafts(user));
  const [deleted, setDeleted] = useState(() => deletedDraft(user));
  const refresh = () => {
    setDrafts(listDrafts(user));
    setDeleted(deletedDraft(user));
  };
  const nameOf = (draft: Draft) => draft.title.trim() || firstWords(draft.script) || t.drafts.untitled;
  return (
    <Dialog title={t.drafts.title} onClose={onClose}>
      <div className="drafts">
        {drafts.length === 0 && <p>{t.drafts.none}</p>}
        <ul aria-label={t.drafts.title}>
          {drafts.map(({ id: other, draft, changedAt }) => (
            <li key={other}>
              <button
                type="button"
                className="drafts-open"
                aria-current={other === id || undefined}
                onClick={() => (other === id ? onClose() : onOpen(switchDraft(user, other)))}
              >
                <b>{nameOf(draft)}</b>
                <small>
                  {other === id ? t.drafts.shown : format.relative(changedAt)} ·{" "}
                  {t.drafts.characters(format.number([...draft.script].length))}
                </small>
              </button>
              <IconButton
                icon="delete"
                name={t.drafts.delete(nameOf(draft))}
                onClick={() => {
                  deleteDraft(user, other);
                  refresh();
                  // Nothing of it may be kept again by the screen that shows it.
                  if (other === id) onOpen(switchDraft(user));
                }}
              />
            </li>
          ))}
        </ul>
        <p role="status" className="drafts-undo">
          {deleted && (
            <Button
              look="plain"
              icon="undo"
              onClick={() => {
                undeleteDraft(user);
                refresh();
              }}
            >
              {t.drafts.undelete(nameOf(deleted.draft))}
            </Button>
          )}
        </p>
        <small>{t.drafts.kept(format.number(MAX_DRAFTS))}</small>
      </div>
    </Dialog>
  );
}

const MOST_CHARACTERS = 60;

function firstWords(script: string): string {
  const characters = [...(script.trim().split("\n")[0] ?? "")];
  return characters.length <= MOST_CHARACTERS
    ? characters.join("")
    : `${characters.slice(0, MOST_CHARACTERS).join("")}…`;
}
