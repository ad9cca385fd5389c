/** Marks of a line, to be shown: what the service understands as tags, directions and headings, by their form. */

export type MarkKind = "pause" | "style" | "direction" | "heading" | "unspoken";

export interface Piece {
  text: string;
  kind?: MarkKind;
}

const MAY_HAVE_MARKS = /[[［【(（#]/;
const BRACKETS = /\[([^[\]]{1,60})\]|［([^［］]{1,60})］|【([^【】]{1,60})】|\(([^()]{1,60})\)|（([^（）]{1,60})）/g;
const HEADING = /^\s{0,3}#{1,6}\s+\S/;
const PAUSE =
  /^(?:an? |long |short |brief )*(?:pauses?|paused|break|beat|silence|停頓|停顿|暫停|暂停|靜默|静默|沉默)(?: for| of)?\s*[:：=]?\s*(?:[\d.,]+\s*(?:ms|msecs?|milliseconds?|毫秒|s|secs?|seconds?|秒鐘?|秒钟?)?)?[.!…。！]?$/i;
const EXPLICIT_STYLE = /^(?:style|風格|风格|語氣|语气)(?:\s*[:：=]|\s)/i;
const END_OF_STYLE = /^(?:\/.+|normal|normally|default|neutral|正常)$/i;
const LABEL = /^\s*(?:[^:：]{0,60}[:：]|(?:\[[^[\]]*\]|［[^［］]*］|【[^【】]*】)\s*[:：]?)?\s*$/;

/** What the spellings of a style's name have in common. */
export function styleKey(name: string): string {
  return name.replace(/[\s_-]+/g, "").toLowerCase();
}

/**
 * A line in pieces, in order, and what each is if it is not plain text.
 *
 * @param styles the keys of the styles that voices have.
 * @param unspoken what the service has said is not spoken, as it stands in the line.
 */
export function piecesOf(line: string, styles: ReadonlySet<string>, unspoken: readonly string[] = []): Piece[] {
  if (unspoken.length === 0 && !MAY_HAVE_MARKS.test(line)) return [{ text: line }];
  if (HEADING.test(line)) return [{ text: line, kind: "heading" }];
  const marks: [start: number, end: number, kind: MarkKind][] = [];
  let from = 0;
  for (const text of unspoken) {
    // Long ones are cut.
    const start = line.indexOf(text.replace(/…$/, ""), from);
    if (start < 0) continue;
    from = text.endsWith("…") && !line.startsWith(text, start) ? line.length : start + text.length;
    marks.push([start, from, "unspoken"]);
  }
  for (const match of line.matchAll(BRACKETS)) {
    const kind = kindOf(match, styles);
    const [start, end] = [match.index, match.index + match[0].length];
    if (kind && !marks.some(([others, othersEnd]) => start < othersEnd && others < end)) marks.push([start, end, kind]);
  }
  marks.sort(([one], [other]) => one - other);
  const pieces: Piece[] = [];
  let position = 0;
  for (const [start, end, kind] of marks) {
    if (position < start) pieces.push({ text: line.slice(position, start) });
    pieces.push({ text: line.slice(start, end), kind });
    position = end;
  }
  if (position < line.length || pieces.length === 0) pieces.push({ text: line.slice(position) });
  return pieces;
}

function kindOf(match: RegExpExecArray, styles: ReadonlySet<string>): MarkKind | undefined {
  const [, square, wide, lenticular, round, wideRound] = match;
  const content = (square ?? wide ?? lenticular ?? round ?? wideRound ?? "").trim();
  if (content === "") return undefined;
  if (PAUSE.test(content)) return "pause";
  if (styles.has(styleKey(content))) return "style";
  if (round === undefined && wideRound === undefined) {
    return EXPLICIT_STYLE.test(content) || END_OF_STYLE.test(content) ? "style" : undefined;
  }
  return /\p{L}{2}|[\u3040-\u9fff]/u.test(content) && LABEL.test(match.input.slice(0, match.index))
    ? "direction"
    : undefined;
}
