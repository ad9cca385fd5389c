import { lazy, Suspense, useState } from "react";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { type KeptDraft, listDrafts, switchDraft } from "./drafts";

const DraftsDialog = lazy(() => import("./DraftsDialog"));

interface Props {
  user: string;
  /** The id of the draft that is shown. */
  id: string;
  /** Whether nothing is written in it yet. */
  isEmpty: boolean;
  onOpen(draft: KeptDraft): void;
}

/** Begins another draft, and leads to those that there are. */
export function DraftsBar({ user, id, isEmpty, onOpen }: Props) {
  const { t, format } = useSpeech();
  const [isListed, setIsListed] = useState(false);
  const [others] = useState(() => listDrafts(user).filter((draft) => draft.id !== id).length);
  return (
    <div className="drafts-bar">
      <Button look="plain" icon="add" unavailable={isEmpty} onClick={() => onOpen(switchDraft(user))}>
        {t.drafts.begin}
      </Button>
      <Button look="plain" icon="text" aria-haspopup="dialog" onClick={() => setIsListed(true)}>
        {others > 0 ? t.drafts.open(format.number(others + (isEmpty ? 0 : 1))) : t.drafts.title}
      </Button>
      {isListed && (
        <Suspense>
          <DraftsDialog
            user={user}
            id={id}
            onClose={() => setIsListed(false)}
            onOpen={(draft) => {
              setIsListed(false);
              onOpen(draft);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
