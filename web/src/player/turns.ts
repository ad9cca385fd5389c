/** Turns as the player shows them. */

/** A turn with its speaker's colour. */
export interface ListedTurn {
  /** The turn's index in the job. */
  index: number;
  speaker: string;
  text: string;
  hue: number;
  /** Where it starts and ends in the audio; undefined while it is not there yet. */
  start_ms: number | undefined;
  end_ms: number | undefined;
}

/** A turn that can be heard. */
export interface HeardTurn extends ListedTurn {
  start_ms: number;
  end_ms: number;
}

export function isHeard(turn: ListedTurn): turn is HeardTurn {
  return turn.start_ms !== undefined && turn.end_ms !== undefined;
}
