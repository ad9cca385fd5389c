import { Refused, Unreachable } from "../api/errors";
import { useSpeech } from "../i18n/strings";
import type { Strings } from "../i18n/zh-TW";
import { Button } from "./Button";
import { Notice } from "./Notice";

interface Props {
  error: unknown;
  onRetry?: () => void;
  /** The reader's words for the place that a field of the request is; undefined for those that need none. */
  placeOf?: (field: string) => string | undefined;
}

/** An error in the reader's words, with what can be done about it. */
export function ErrorNotice({ error, onRetry, placeOf }: Props) {
  const { t } = useSpeech();
  return (
    <Notice tone="alarm" title={sentenceFor(error, t)}>
      {error instanceof Unreachable && <p>{t.errors.unreachableHint}</p>}
      {error instanceof Refused && error.problems.length > 0 && (
        <ul>
          {error.problems.map((problem) => (
            <li key={`${problem.field} ${problem.message}`}>
              {placeOf?.(problem.field) && <b>{placeOf(problem.field)}: </b>}
              {problem.message}
            </li>
          ))}
        </ul>
      )}
      {onRetry && <Button onClick={onRetry}>{t.app.retry}</Button>}
    </Notice>
  );
}

export function sentenceFor(error: unknown, t: Strings): string {
  if (error instanceof Unreachable) return t.errors.unreachable;
  if (!(error instanceof Refused)) return t.errors.unexpected;
  if (error.isForReaders) return error.message;
  if (error.status === 401) return t.errors.signedOut;
  if (error.status === 413) return t.errors.tooLarge;
  return error.status === 429 || error.status === 503 ? t.errors.busy : t.errors.unexpected;
}
