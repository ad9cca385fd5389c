import { type ReactNode, useId } from "react";

interface Props {
  label: string;
  value: number;
  /** Null where there is no limit: then there is no bar. */
  limit: number | null;
  /** The value and the limit in words. */
  text: string;
  children?: ReactNode;
}

const NEARLY_FULL = 0.8;

/** How much of a limit is used: in words, and as a bar. */
export function Meter({ label, value, limit, text, children }: Props) {
  const id = useId();
  const share = limit === null ? undefined : limit === 0 ? 1 : Math.min(value / limit, 1);
  return (
    <div className="meter">
      <p className="meter-text">
        <b id={id}>{label}</b>
        <span>{text}</span>
      </p>
      {share !== undefined && limit !== null && (
        // biome-ignore lint/a11y/useSemanticElements: browsers draw their own <meter> each in another way
        <div
          className="progress"
          role="meter"
          aria-labelledby={id}
          aria-valuemin={0}
          aria-valuemax={limit}
          aria-valuenow={Math.min(value, limit)}
          aria-valuetext={text}
          data-level={share >= 1 ? "full" : share >= NEARLY_FULL ? "high" : undefined}
        >
          <span style={{ inlineSize: `${share * 100}%` }} />
        </div>
      )}
      {children}
    </div>
  );
}
