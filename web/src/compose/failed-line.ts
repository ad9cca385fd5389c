/** Which line a job has failed at, as long as it says what it said then. */

import type { ParsedDialogue } from "../api/types";

export interface FailedTurn {
  position: number;
  speaker: string;
  text: string;
}

/** The turn of the dialogue that is as it was when it failed: the nearest one, if turns were put before it. */
export function lineOfFailure(
  dialogue: ParsedDialogue | undefined,
  failed: FailedTurn | undefined,
): number | undefined {
  if (!dialogue || !failed) return undefined;
  const places = dialogue.turns.flatMap(({ speaker, text }, position) =>
    speaker === failed.speaker && text === failed.text ? [position] : [],
  );
  const distance = (position: number) => Math.abs(position - failed.position);
  const nearest = places.sort((one, other) => distance(one) - distance(other))[0];
  return nearest === undefined ? undefined : dialogue.turns[nearest]?.line;
}
