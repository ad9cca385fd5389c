/** The rows of a set's table: pronunciations as they are being written. */

import type { FieldProblem, Pronunciation } from "../api/types";

export type Way = "alias" | "ipa" | "sapi";

export const WAYS: readonly Way[] = ["alias", "ipa", "sapi"];

export interface Row {
  id: number;
  text: string;
  way: Way;
  /** The alias, or the phoneme. */
  spoken: string;
  /** Empty for every language. */
  language: string;
}

let lastId = 0;

export function emptyRow(): Row {
  lastId += 1;
  return { id: lastId, text: "", way: "alias", spoken: "", language: "" };
}

export function rowsOf(entries: readonly Pronunciation[]): Row[] {
  return entries.map(({ text, alias, phoneme, alphabet, language }) => ({
    ...emptyRow(),
    text,
    way: alias != null ? "alias" : (alphabet ?? "ipa"),
    spoken: alias ?? phoneme ?? "",
    language: language ?? "",
  }));
}

/** What is submitted: rows with nothing in them are left out. */
export function entriesOf(rows: readonly Row[]): Pronunciation[] {
  return written(rows).map(({ text, way, spoken, language }) => ({
    text: text.trim(),
    ...(way === "alias" ? { alias: spoken.trim() } : { phoneme: spoken.trim(), alphabet: way }),
    ...(language.trim() !== "" && { language: language.trim() }),
  }));
}

/** `rows` with those of `entries`, in place of those that have the same text and language. */
export function merged(rows: readonly Row[], entries: readonly Pronunciation[]): Row[] {
  const keyOf = ({ text, language }: Row) => `${text.trim()}\n${language.trim().toLowerCase()}`;
  const imported = new Map(rowsOf(entries).map((row) => [keyOf(row), row]));
  return [...written(rows).filter((row) => !imported.has(keyOf(row))), ...imported.values()];
}

/** What is wrong with each row, by its id; under 0, what is wrong with none of them. */
export function problemsOf(rows: readonly Row[], problems: readonly FieldProblem[]): ReadonlyMap<number, string> {
  const submitted = written(rows);
  const found = new Map<number, string>();
  for (const { field, message } of problems) {
    const position = /^entries\[(\d+)\]/.exec(field)?.[1];
    const id = (position === undefined ? undefined : submitted[Number(position)]?.id) ?? 0;
    const others = found.get(id);
    if (!others?.split("; ").includes(message)) found.set(id, others === undefined ? message : `${others}; ${message}`);
  }
  return found;
}

function written(rows: readonly Row[]): Row[] {
  return rows.filter(({ text, spoken, language }) => `${text}${spoken}${language}`.trim() !== "");
}
