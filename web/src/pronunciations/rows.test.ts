import { expect, it } from "vitest";
import { emptyRow, entriesOf, merged, problemsOf, rowsOf } from "./rows";

const entries = [
  { text: "SQL", alias: "sequel", language: "en" },
  { text: "重慶", phoneme: "chong 2 qing 4", alphabet: "sapi" as const },
];

it("makes of entries rows, and of rows entries again, without empty ones", () => {
  expect(entriesOf([...rowsOf(entries), emptyRow()])).toEqual(entries);
  expect(entriesOf(rowsOf([{ text: "a", phoneme: "ə" }]))).toEqual([{ text: "a", phoneme: "ə", alphabet: "ipa" }]);
});

it("puts what is imported in place of the same text and language", () => {
  const imported = [
    { text: "SQL", alias: "S Q L", language: "EN" },
    { text: "SQL", alias: "Es-Ku-El" },
  ];
  expect(entriesOf(merged([...rowsOf(entries), emptyRow()], imported))).toEqual([entries[1], ...imported]);
});

it("tells each row its problem, whatever empty rows there are", () => {
  const rows = [emptyRow(), ...rowsOf(entries)];
  const problems = problemsOf(rows, [
    { field: "entries[1].phoneme", message: "unknown" },
    { field: "entries[1].phoneme", message: "unknown" },
    { field: "entries[1].text", message: "too long" },
    { field: "name", message: "no name" },
  ]);
  expect([...problems]).toEqual([
    [rows[2]?.id, "unknown; too long"],
    [0, "no name"],
  ]);
});
