/** Scripts and turns: written as one, and found again in the other. The service reads scripts; this only writes them. */

import type { ParsedTurn } from "../api/types";
import { speakerKey } from "../speakers";

interface WrittenTurn {
  speaker: string;
  text: string;
  chapter?: string | null | undefined;
}

/** How speakers stand in a script. In brackets everything is taken for a name; plain is easier on the eye. */
export type LabelStyle = "plain" | "brackets";

// What a line must not look like when it goes on with a turn: a label, a stage direction, a rule.
const SEEMS_TO_BEGIN = /[:：]|^[[［【*_(（]|^[-–—─*_=~# ]{3,}$/;

/**
 * Turns as a script that is read as the same turns again.
 *
 * A chapter is a heading before its first turn. A text keeps its line breaks after the last line that could be taken
 * for something else; up to there, its lines are joined by spaces.
 */
export function toScript(turns: readonly WrittenTurn[], style: LabelStyle = "plain"): string {
  return turns
    .map(({ speaker, text, chapter }, position) => {
      const heading = chapter ? `${position > 0 ? "\n" : ""}## ${chapter.replace(/\s+/g, " ").trim()}\n` : "";
      return heading + label(speaker, style) + continued(text);
    })
    .join("\n");
}

function label(speaker: string, style: LabelStyle): string {
  if (style === "brackets") return /[[\]]/.test(speaker) ? `【${speaker}】: ` : `[${speaker}]: `;
  return /[\u3040-\u30ff\u3400-\u9fff]/.test(speaker) ? `${speaker}：` : `${speaker}: `;
}

function continued(text: string): string {
  const lines = text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.trim())
    .filter(Boolean);
  const joined = Math.max(lines.findLastIndex((line, index) => index > 0 && SEEMS_TO_BEGIN.test(line)) + 1, 1);
  return [lines.slice(0, joined).join(" "), ...lines.slice(joined)].join("\n");
}

/** Whether two dialogues say the same: the service may spell marks and white space in another way. */
export function isSameDialogue(one: readonly WrittenTurn[], other: readonly WrittenTurn[]): boolean {
  return (
    one.length === other.length &&
    one.every((turn, index) => {
      const twin = other[index];
      if (twin === undefined || letters(twin.text) !== letters(turn.text)) return false;
      if (letters(twin.chapter ?? "") !== letters(turn.chapter ?? "")) return false;
      return speakerKey(twin.speaker) === speakerKey(turn.speaker);
    })
  );
}

/** For each line of `script`, the number of the turn that it belongs to; undefined where it belongs to none. */
export function turnOfEachLine(script: string, turns: readonly ParsedTurn[]): (number | undefined)[] {
  let index = -1;
  let spoken = "";
  let position = 0;
  return script.split("\n").map((raw, line) => {
    const next = turns[index + 1];
    if (next?.line === line + 1) {
      spoken = letters(next.text);
      position = 0;
      index += 1;
      return index;
    }
    // Directions and addresses are not in the text of the turn.
    const words = letters(raw.replace(/\[[^[\]]*\](?!\()|\([^()]*\)|（[^（）]*）/g, ""));
    const found = words === "" ? -1 : spoken.indexOf(words, position);
    if (found < 0) return undefined;
    position = found;
    return index;
  });
}

/** What is left of a text without marks, punctuation and white space. */
function letters(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}]+/gu, "");
}

/** Where line `line`, counted from 1, begins and ends in `script`. */
export function rangeOfLine(script: string, line: number): [start: number, end: number] {
  const lines = script.split("\n");
  const start = lines.slice(0, line - 1).reduce((length, text) => length + text.length + 1, 0);
  return [start, start + (lines[line - 1]?.length ?? 0)];
}
