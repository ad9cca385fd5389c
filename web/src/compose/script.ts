/** Scripts and turns: written as one, and found again in the other. The service reads scripts; this only writes them. */

import { speakerKey } from "../speakers";

interface SpokenTurn {
  speaker: string;
  text: string;
}

/** How speakers stand in a script. In brackets everything is taken for a name; plain is easier on the eye. */
export type LabelStyle = "plain" | "brackets";

// What a line must not look like when it goes on with a turn: a label, a stage direction, a rule.
const SEEMS_TO_BEGIN = /[:：]|^[[［【*_(（]|^[-–—─*_=~# ]{3,}$/;

/**
 * Turns as a script that is read as the same turns again.
 *
 * A text keeps its line breaks after the last line that could be taken for something else; up to there, its lines are
 * joined by spaces.
 */
export function toScript(turns: readonly SpokenTurn[], style: LabelStyle = "plain"): string {
  return turns.map(({ speaker, text }) => label(speaker, style) + continued(text)).join("\n");
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

/** Whether two dialogues say the same: white space aside. */
export function isSameDialogue(one: readonly SpokenTurn[], other: readonly SpokenTurn[]): boolean {
  const squeeze = (text: string) => text.replace(/\s+/g, "");
  return (
    one.length === other.length &&
    one.every((turn, index) => {
      const twin = other[index];
      if (twin === undefined || squeeze(twin.text) !== squeeze(turn.text)) return false;
      return speakerKey(twin.speaker) === speakerKey(turn.speaker);
    })
  );
}

/** For each line of `script`, the number of the turn that it belongs to; undefined where it belongs to none. */
export function turnOfEachLine(script: string, turns: readonly SpokenTurn[]): (number | undefined)[] {
  const expected = turns.flatMap((turn, index) =>
    turn.text.split("\n").map((text, part) => ({ index, text, label: part === 0 ? speakerKey(turn.speaker) : "" })),
  );
  let next = 0;
  let open: { index: number; line: number } | undefined;
  const found: (number | undefined)[] = [];
  script.split("\n").forEach((raw, line) => {
    const text = raw.replace(/[\s\u200b\ufeff]+/g, " ").trim();
    const wanted = expected[next];
    found[line] = undefined;
    if (!text || !wanted) return;
    const names = speakerKey(raw);
    const isNamed = names.includes(wanted.label) || (open?.index === wanted.index && wanted.label !== "");
    if (text.endsWith(wanted.text) && isNamed) {
      found[line] = wanted.index;
      // A name on a line of its own speaks the lines below it.
      if (open?.index === wanted.index) found[open.line] = wanted.index;
      open = undefined;
      next += 1;
    } else if (wanted.label !== "" && names.includes(wanted.label)) {
      open = { index: wanted.index, line };
    }
  });
  return found;
}

/** The number of the line, counted from 1, that a sentence of the API's about a script names first. */
export function lineNamedIn(message: string): number | undefined {
  const match = /(?:第 |line )(\d+)/.exec(message);
  return match ? Number(match[1]) : undefined;
}

/** Where line `line`, counted from 1, begins and ends in `script`. */
export function rangeOfLine(script: string, line: number): [start: number, end: number] {
  const lines = script.split("\n");
  const start = lines.slice(0, line - 1).reduce((length, text) => length + text.length + 1, 0);
  return [start, start + (lines[line - 1]?.length ?? 0)];
}
