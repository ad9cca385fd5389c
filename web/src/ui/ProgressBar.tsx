interface Props {
  label: string;
  /** 0 to 1; undefined when nobody knows yet. */
  share: number | undefined;
  text?: string;
}

export function ProgressBar({ label, share, text }: Props) {
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
      aria-valuetext={text}
      data-unknown={share === undefined || undefined}
    >
      <span style={{ inlineSize: share === undefined ? undefined : `${share * 100}%` }} />
    </div>
  );
}
