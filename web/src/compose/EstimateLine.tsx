import { Refused } from "../api/errors";
import type { Estimate, Usage, UsageFigures } from "../api/types";
import { isSecretMissing } from "../api/webhooks";
import { useSpeech } from "../i18n/strings";

interface Props {
  /** The last one; undefined when there is none. */
  estimate: Estimate | undefined;
  /** Whether it is of what is written now. */
  isCurrent: boolean;
  /** Why there is none, if that is known. */
  error: unknown;
  /** What the user has billed, and may bill; undefined while that is not known. */
  usage: Usage | undefined;
  /** The reader's words for the place that a field of the request is. */
  placeOf(field: string): string | undefined;
}

/** About how long the audio will be, and what will be billed. It is never announced: it would speak while one types. */
export function EstimateLine({ estimate, isCurrent, error, usage, placeOf }: Props) {
  const { t, format } = useSpeech();
  if (error != null) {
    const [problem] = error instanceof Refused ? error.problems : [];
    const needsSecret = problem !== undefined && isSecretMissing(problem);
    const place = problem && !needsSecret && placeOf(problem.field);
    const sentence = needsSecret ? t.webhooks.ofJobNeedsSecret : problem?.message;
    return (
      <p className="estimate" id="estimate" data-failed={problem !== undefined || undefined}>
        {problem ? `${place ? `${place}: ` : ""}${sentence}` : t.estimate.failed}
      </p>
    );
  }
  const left = usage && whatIsLeft(usage);
  const leftText = left && t.estimate.left[left.period](format.number(left.characters));
  if (!estimate) {
    return (
      <p className="estimate" id="estimate">
        {leftText && <small>{leftText}</small>}
      </p>
    );
  }
  const { characters, billed_characters: billed, segments, reused_segments: reused, cost } = estimate;
  const duration = format.span(roughly(estimate.duration_ms));
  const isTiny = cost.amount > 0 && cost.amount < SMALLEST;
  const money = isTiny
    ? t.estimate.lessThan(format.money(SMALLEST, cost.currency, 2))
    : t.estimate.roughly(format.money(cost.amount, cost.currency, 2));
  const details = [
    billed === characters
      ? t.estimate.billedAll(format.number(billed))
      : t.estimate.billed(format.number(billed), format.number(characters)),
    ...(reused > 0 ? [t.estimate.reused(format.number(reused), format.number(segments))] : []),
    ...(leftText ? [leftText] : []),
  ];
  const isTooMuch = left !== undefined && billed > left.characters;
  return (
    <p
      className="estimate"
      id="estimate"
      data-stale={!isCurrent || undefined}
      data-failed={(isTooMuch && isCurrent) || undefined}
    >
      <span className="unseen">{t.estimate.title}: </span>
      <b>{billed === 0 ? t.estimate.free(duration) : t.estimate.about(duration, money)}</b>
      <small>{details.join(" · ")}</small>
    </p>
  );
}

const SMALLEST = 0.01;

/** What may still be billed today or this month, whichever is less; undefined where there is no limit. */
export function whatIsLeft({
  limits,
  today,
  total,
}: Usage): { period: "day" | "month"; characters: number } | undefined {
  const left = (limit: number | null, { billed_characters: billed, reserved_characters: reserved }: UsageFigures) =>
    limit === null ? Number.POSITIVE_INFINITY : Math.max(limit - billed - reserved, 0);
  const day = left(limits.characters_per_day, today);
  const month = left(limits.characters_per_month, total);
  if (day === Number.POSITIVE_INFINITY && month === day) return undefined;
  return day <= month ? { period: "day", characters: day } : { period: "month", characters: month };
}

/** A duration without more digits than an estimate has: whole seconds, and five of them above a minute. */
export function roughly(ms: number): number {
  const step = ms < 60_000 ? 1000 : 5000;
  return Math.max(Math.round(ms / step) * step, 1000);
}
