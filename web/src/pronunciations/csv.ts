/** Pronunciations as CSV (RFC 4180): the columns text, alias, phoneme, language and alphabet, as the command line has. */

import type { Pronunciation } from "../api/types";

const COLUMNS = ["text", "alias", "phoneme", "language", "alphabet"] as const;
type Column = (typeof COLUMNS)[number];

/** Spreadsheets write semicolons where a comma is in numbers, and tabs into the clipboard. */
const DELIMITERS = [",", ";", "\t"];

export interface Imported {
  entries: Pronunciation[];
  /** The lines that are no pronunciation: without a text, or with both or neither of alias and phoneme. */
  wrongLines: number[];
}

export function toCsv(entries: readonly Pronunciation[]): string {
  const rows = entries.map((entry) => COLUMNS.map((column) => entry[column] ?? ""));
  return [COLUMNS, ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}

/** Read pronunciations. The first line names the columns, in any order; without one they are in the usual order. */
export function fromCsv(csv: string): Imported {
  const [first, ...others] = rowsOf(csv.replace(/^\ufeff/, ""));
  if (!first) return { entries: [], wrongLines: [] };
  const names = first.cells.map((cell) => cell.toLowerCase());
  const hasHeader = names.includes("text") && (names.includes("alias") || names.includes("phoneme"));
  const columns: readonly string[] = hasHeader ? names : COLUMNS;
  const imported: Imported = { entries: [], wrongLines: [] };
  for (const { line, cells } of hasHeader ? others : [first, ...others]) {
    const cell = (column: Column) => cells[columns.indexOf(column)] || undefined;
    const [text, alias, phoneme, language] = [cell("text"), cell("alias"), cell("phoneme"), cell("language")];
    const alphabet = cell("alphabet")?.toLowerCase() ?? "ipa";
    const isOneWay = (alias === undefined) !== (phoneme === undefined);
    if (text === undefined || !isOneWay || (phoneme && alphabet !== "ipa" && alphabet !== "sapi")) {
      imported.wrongLines.push(line);
      continue;
    }
    imported.entries.push({
      text,
      ...(alias !== undefined && { alias }),
      ...(phoneme !== undefined && { phoneme, alphabet: alphabet === "sapi" ? "sapi" : "ipa" }),
      ...(language !== undefined && { language }),
    });
  }
  return imported;
}

function quoted(cell: string): string {
  return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The rows that have something in them, each with the number of the line where it begins. */
function rowsOf(csv: string): { line: number; cells: string[] }[] {
  const head = csv.trimStart().split(/[\r\n]/, 1)[0] ?? "";
  const count = (delimiter: string) => head.split(delimiter).length;
  const delimiter = DELIMITERS.reduce((best, each) => (count(each) > count(best) ? each : best));
  const rows: { line: number; cells: string[] }[] = [];
  const token = /"((?:[^"]|"")*)"|\r\n|[\r\n]|[,;\t]|[^,;\t\r\n]+/g;
  let [line, start, cell] = [1, 1, ""];
  let cells: string[] = [];
  const endRow = () => {
    cells.push(cell.trim());
    if (cells.some(Boolean)) rows.push({ line: start, cells });
    [cells, cell, start] = [[], "", line];
  };
  for (const [text, inQuotes] of csv.matchAll(token)) {
    if (inQuotes !== undefined && cell.trim() === "") {
      cell = inQuotes.replaceAll('""', '"');
      line += inQuotes.match(/\r\n|[\r\n]/g)?.length ?? 0;
    } else if (text === delimiter) {
      cells.push(cell.trim());
      cell = "";
    } else if (/^[\r\n]/.test(text)) {
      line += 1;
      endRow();
    } else {
      cell += text;
    }
  }
  endRow();
  return rows;
}
