/** Months of UTC, such as 2026-11, as usage is counted by. */

/** For how many months, the current one included, usage is kept. */
const KEPT = 13;

export function monthOf(now: number): string {
  return new Date(now).toISOString().slice(0, 7);
}

export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

/** The months whose usage is kept, the latest first. `shown` is among them, wherever it is. */
export function monthsBefore(now: number, shown: string): readonly string[] {
  const [year, month] = [new Date(now).getUTCFullYear(), new Date(now).getUTCMonth()];
  const kept = Array.from({ length: KEPT }, (_, back) => monthOf(Date.UTC(year, month - back, 1)));
  return kept.includes(shown) ? kept : [...kept, shown].sort().reverse();
}
