import { useSpeech } from "../i18n/strings";

/** Where text will stand: so many lines. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  const { t } = useSpeech();
  return (
    <div className="skeleton" role="status" aria-label={t.app.loading}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines differ in nothing else
        <span key={line} />
      ))}
    </div>
  );
}
