/** Parts of a playlist: what can be heard of a job that is still being made. */

export interface Part {
  /** The turn's index; undefined for silence between turns. */
  turn: number | undefined;
  startMs: number;
  endMs: number;
}

interface Fragment {
  title: string | null;
  /** In seconds. */
  start: number;
  duration: number;
}

/** The parts of a playlist in order, from its fragments, whose titles are such as `turn 5`. */
export function partsOf(fragments: readonly Fragment[]): Part[] {
  return fragments.map(({ title, start, duration }) => {
    const index = /^turn (\d+)$/.exec(title ?? "")?.[1];
    return {
      turn: index === undefined ? undefined : Number(index),
      startMs: start * 1000,
      endMs: (start + duration) * 1000,
    };
  });
}

/** From when to when each turn is heard, by its index: a long turn has several parts. */
export function timesOfTurns(parts: readonly Part[]): ReadonlyMap<number, { start_ms: number; end_ms: number }> {
  const times = new Map<number, { start_ms: number; end_ms: number }>();
  for (const { turn, startMs, endMs } of parts) {
    if (turn === undefined) continue;
    times.set(turn, { start_ms: times.get(turn)?.start_ms ?? startMs, end_ms: endMs });
  }
  return times;
}
