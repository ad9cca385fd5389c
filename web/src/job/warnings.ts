/** What was said about a dialogue when it was submitted: kept for this tab, for the job does not tell it again. */

import { isSingleVoice, type JobDetail, spokenTurns, type Warning } from "../api/types";

type Tab = Pick<Storage, "getItem" | "setItem">;

const keyOf = (id: string) => `castline.warnings.${id}`;

export function keepWarnings({ id, warnings = [] }: { id: string; warnings?: readonly Warning[] }, tab?: Tab): void {
  if (warnings.length === 0) return;
  try {
    (tab ?? sessionStorage).setItem(keyOf(id), JSON.stringify(warnings));
  } catch {
    // Full or forbidden: the page works without.
  }
}

export interface TurnWarnings {
  /** The turn's place, counted from 0; undefined for what is about no turn. */
  position: number | undefined;
  speaker: string;
  messages: readonly string[];
}

/** What was said about a job, turn by turn in spoken order. */
export function warningsOf({ id, input_params: input }: JobDetail, tab?: Tab): TurnWarnings[] {
  const found = new Map<number | undefined, TurnWarnings & { messages: string[] }>();
  const turns = isSingleVoice(input) ? [{ index: 0, speaker: "" }] : spokenTurns(input);
  const positions = new Map(turns.map(({ index }, position) => [index, position]));
  for (const { turn_index, message } of kept(id, tab)) {
    const position = turn_index === undefined ? undefined : positions.get(turn_index);
    const speaker = position === undefined ? "" : (turns[position]?.speaker ?? "");
    const turn = found.get(position) ?? { position, speaker, messages: [] };
    if (!turn.messages.includes(message)) turn.messages.push(message);
    found.set(position, turn);
  }
  return [...found.values()].sort((one, other) => (one.position ?? -1) - (other.position ?? -1));
}

function kept(id: string, tab?: Tab): readonly Warning[] {
  try {
    const value: unknown = JSON.parse((tab ?? sessionStorage).getItem(keyOf(id)) ?? "[]");
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
