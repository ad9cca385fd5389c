/** Which turn is heard when. */

interface Timing {
  start_ms: number;
}

/**
 * The position in `timings` of the turn that is heard at `ms`: the last one that has started, so that a pause belongs
 * to the turn before it, and of two that overlap the later is meant. −1 before the first.
 *
 * @param timings in order of their starts.
 */
export function turnAt(timings: readonly Timing[], ms: number): number {
  let [low, high] = [0, timings.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timings[middle]?.start_ms ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// Within this time of a turn's start, "previous" means the turn before it; later, the start of the turn itself.
const RESTART_AFTER_MS = 1500;

/** Where to go on "previous" or "next", in ms; undefined when there is nothing further. */
export function neighbour(timings: readonly Timing[], ms: number, direction: -1 | 1): number | undefined {
  const here = turnAt(timings, ms);
  if (direction === 1) return timings[here + 1]?.start_ms;
  const start = timings[here]?.start_ms;
  if (start === undefined) return undefined;
  return ms - start > RESTART_AFTER_MS ? start : (timings[here - 1]?.start_ms ?? start);
}
