import type { ParsedTurn, Warning } from "../api/types";

/**
 * What is not spoken as it is written because of the voices: it is known as soon as a dialogue is estimated.
 *
 * `warnings` name turns and lines within them; the result names lines of the script. What `told` says is left out.
 */
export function voiceWarnings(
  warnings: readonly Warning[],
  turns: readonly ParsedTurn[],
  told: readonly Warning[],
): readonly Warning[] {
  const lineOf = new Map(turns.map(({ index, line }) => [index, line]));
  const keyOf = ({ code, text }: Warning) => `${code} ${text}`;
  const isTold = new Set(told.map(keyOf));
  return warnings.flatMap((warning) => {
    const first = warning.turn_index === undefined ? undefined : lineOf.get(warning.turn_index);
    return first == null || isTold.has(keyOf(warning)) ? [] : [{ ...warning, line: first + warning.line - 1 }];
  });
}

/** Both, by the line; of a line, those of `some` first. */
export function inOrder(some: readonly Warning[], others: readonly Warning[]): readonly Warning[] {
  return others.length === 0 ? some : [...some, ...others].sort((one, other) => one.line - other.line);
}
