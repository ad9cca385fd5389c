/** Which word of a turn is heard when. */

import type { Timing } from "../api/types";
import { turnAt } from "./timing";

/** A word in a turn's text. */
export interface HeardWord {
  start_ms: number;
  end_ms: number;
  /** Where it is in the text, as `slice` has it. */
  from: number;
  to: number;
}

/** The words of every turn, by the turn's index, in order of their starts. */
export function wordsByTurn(timings: readonly Timing[]): ReadonlyMap<number, readonly Timing[]> {
  const turns = new Map<number, Timing[]>();
  for (const word of timings) {
    const index = word.turn_index ?? 0;
    const words = turns.get(index);
    if (words) words.push(word);
    else turns.set(index, [word]);
  }
  return turns;
}

/** The words where they stand in a turn's text, which has marks and tags that nobody hears. What is not found is left out. */
export function placeWords(text: string, words: readonly Timing[]): readonly HeardWord[] {
  let cursor = 0;
  const placed: HeardWord[] = [];
  for (const { text: spoken = "", start_ms, end_ms } of words) {
    const word = spoken.trim();
    const from = word === "" ? -1 : text.indexOf(word, cursor);
    if (from < 0) continue;
    cursor = from + word.length;
    placed.push({ start_ms, end_ms, from, to: cursor });
  }
  return placed;
}

/** The word that is heard at `ms`, or was heard last in the turn; undefined before the first. */
export function wordAt(words: readonly HeardWord[], ms: number): HeardWord | undefined {
  return words[turnAt(words, ms)];
}
