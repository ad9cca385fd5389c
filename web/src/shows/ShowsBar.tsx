import { lazy, Suspense, useState } from "react";
import { fetchShow, useShows } from "../api/shows";
import type { Show, ShowFields, ShowSummary } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { ErrorNotice } from "../ui/ErrorNotice";

const ShowsDialog = lazy(() => import("./ShowsDialog"));

/** So many are offered beside the script; all are in the dialog. */
const OFFERED = 3;

interface Props {
  /** The name of the show that was applied last. */
  applied: string | undefined;
  onApply(show: Show): void;
  /** Takes back what was applied; undefined where there is nothing to be taken back. */
  onUndo: (() => void) | undefined;
  /** What is kept of what is written, under a title. */
  showOf(title: string): ShowFields;
  /** The title that a new show is proposed to have. */
  proposed: string;
  onKept(name: string): void;
}

/** The shows: applied by one click, kept and deleted in a dialog. */
export function ShowsBar({ applied, onApply, onUndo, showOf, proposed, onKept }: Props) {
  const { t } = useSpeech();
  const shows = useShows();
  const [isListed, setIsListed] = useState(false);
  const [error, setError] = useState<unknown>();
  const apply = (name: string) => {
    setError(undefined);
    fetchShow(name).then(onApply, setError);
  };
  const latest = [...(shows.data ?? [])].sort((one, other) => other.updated_at.localeCompare(one.updated_at));
  const current = shows.data?.find(({ name }) => name === applied);
  return (
    <div className="shows-bar">
      <span className="shows-label" id="shows-label">
        {t.shows.title}
      </span>
      <ul aria-labelledby="shows-label">
        {latest.slice(0, OFFERED).map((show) => (
          <li key={show.name}>
            <Button
              aria-label={t.shows.apply(labelOf(show))}
              aria-pressed={show.name === applied}
              onClick={() => apply(show.name)}
            >
              {labelOf(show)}
            </Button>
          </li>
        ))}
      </ul>
      <Button look="plain" aria-haspopup="dialog" onClick={() => setIsListed(true)}>
        {latest.length > 0 ? t.shows.all : t.shows.keep}
      </Button>
      <p role="status">
        {current && onUndo && (
          <>
            {t.shows.applied(labelOf(current))}{" "}
            <Button look="plain" icon="undo" onClick={onUndo}>
              {t.compose.undo}
            </Button>
          </>
        )}
      </p>
      {error != null && <ErrorNotice error={error} />}
      {isListed && (
        <Suspense>
          <ShowsDialog
            shows={latest}
            isLoading={shows.isPending}
            error={shows.error}
            applied={current}
            showOf={showOf}
            proposed={proposed}
            onApply={(name) => {
              setIsListed(false);
              apply(name);
            }}
            onKept={onKept}
            onClose={() => setIsListed(false)}
          />
        </Suspense>
      )}
    </div>
  );
}

/** How a show is called where it is offered. */
export function labelOf({ name, title }: Pick<ShowSummary, "name" | "title">): string {
  return title ?? name;
}
