import { expect, it } from "vitest";
import { changesOf, choicesOf, type LimitField, wholeNumber } from "./limits";

const FIELDS: readonly LimitField[] = ["characters_per_day", "characters_per_month", "max_active_jobs"];

it.each([
  {},
  { characters_per_day: 0 },
  { characters_per_day: null, characters_per_month: 5_000_000, max_active_jobs: 1 },
])("tells the service what it has told: %j", (changed) => {
  expect(changesOf(FIELDS, choicesOf(FIELDS, changed))).toEqual(changed);
});

it("leaves out what goes back to the deployment's own", () => {
  const choices = choicesOf(FIELDS, { characters_per_day: 10 });
  expect(changesOf(FIELDS, { ...choices, characters_per_day: { kind: "default", number: "10" } })).toEqual({});
});

it("tells nothing while a number is none", () => {
  const choices = choicesOf(FIELDS, {});
  expect(changesOf(FIELDS, { ...choices, max_active_jobs: { kind: "set", number: "many" } })).toBeUndefined();
});

it.each([
  ["0", 0],
  [" 1000000 ", 1_000_000],
  ["1,000,000", 1_000_000],
  ["1 000 000", 1_000_000],
  ["", undefined],
  ["1.5", undefined],
  ["-1", undefined],
  ["1,5", undefined],
  ["99999999999999999999", undefined],
])("reads %j as %j", (typed, value) => {
  expect(wholeNumber(typed)).toBe(value);
});
