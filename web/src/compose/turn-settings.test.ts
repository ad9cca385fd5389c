import { describe, expect, it } from "vitest";
import { carryOver, NOWHERE, type SpokenTurn, type TurnSetting, withTurn } from "./turn-settings";

const said = (...lines: string[]): SpokenTurn[] =>
  lines.map((line) => ({ speaker: line.slice(0, 1), text: line.slice(2) }));
const set = (turns: readonly SpokenTurn[], ...positions: number[]): readonly TurnSetting[] =>
  positions.reduce<readonly TurnSetting[]>(
    (settings, position) =>
      withTurn(settings, position, turns[position] ?? { speaker: "?", text: "?" }, { pitch: position }),
    [],
  );
/** The new position of each setting, by the position that it was made at. */
const where = (settings: readonly TurnSetting[]) =>
  Object.fromEntries(settings.map(({ position, delivery }) => [delivery.pitch, position]));

const turns = said("A one", "B yes", "A two", "B yes", "A three");

it("sets a turn, sets it otherwise, and resets it", () => {
  const once = set(turns, 1);
  const twice = withTurn(once, 1, { speaker: "B", text: "yes" }, { take: 2 });
  expect(twice).toEqual([{ position: 1, speaker: "B", text: "yes", delivery: { take: 2 } }]);
  expect(withTurn(twice, 1, { speaker: "B", text: "yes" }, {})).toEqual([]);
});

describe("a setting stays with its turn", () => {
  it.each<[string, string[], Record<number, number>]>([
    ["nothing changes", ["A one", "B yes", "A two", "B yes", "A three"], { 1: 1, 2: 2, 3: 3 }],
    ["its words change", ["A one", "B yes", "A two!", "B yes", "A three"], { 1: 1, 2: 2, 3: 3 }],
    ["its speaker changes", ["A one", "B yes", "C two", "B yes", "A three"], { 1: 1, 2: 2, 3: 3 }],
    ["a turn is put before it", ["A zero", "A one", "B yes", "A two", "B yes", "A three"], { 1: 2, 2: 3, 3: 4 }],
    [
      "a turn of the same words is put between",
      ["A one", "B yes", "B yes", "A two", "B yes", "A three"],
      { 1: 1, 2: 3, 3: 4 },
    ],
    ["a turn before it goes", ["B yes", "A two", "B yes", "A three"], { 1: 0, 2: 1, 3: 2 }],
    ["turns change places", ["A one", "A two", "B yes", "B yes", "A three"], { 1: 2, 2: 1, 3: 3 }],
    ["it is cut in two", ["A one", "B yes", "A tw", "B o", "B yes", "A three"], { 1: 1, 2: 2, 3: 4 }],
  ])("when %s", (_, lines, expected) => {
    expect(where(carryOver(set(turns, 1, 2, 3), turns, said(...lines)))).toEqual(expected);
  });

  it("when it is cut out and put back elsewhere", () => {
    const without = said("A one", "B yes", "B yes", "A three");
    const cut = carryOver(set(turns, 2), turns, without);
    expect(where(cut)).toEqual({ 2: NOWHERE });
    expect(where(carryOver(cut, without, said("A two", "A one", "B yes", "B yes", "A three")))).toEqual({ 2: 0 });
  });

  it("when a draft is opened again, by its words, else by its place", () => {
    expect(where(carryOver(set(turns, 1, 2, 3), undefined, turns))).toEqual({ 1: 1, 2: 2, 3: 3 });
    const edited = said("A one", "B yes", "A  two", "B no", "A three");
    expect(where(carryOver(set(turns, 1, 2, 3), undefined, edited))).toEqual({ 1: 1, 2: 2, 3: 3 });
  });
});

it("is not given to the turn that moves up when its own has gone", () => {
  const before = said("A one", "A two", "A three");
  expect(where(carryOver(set(before, 1), before, said("A one", "A three")))).toEqual({ 1: NOWHERE });
});

it("is not given to another turn that says the same when its own has gone", () => {
  const after = said("A one", "A two", "B yes", "A three");
  expect(where(carryOver(set(turns, 1), turns, after))).toEqual({ 1: NOWHERE });
});

it("goes to nobody when the script is another one", () => {
  expect(where(carryOver(set(turns, 1, 2), turns, said("X else", "Y other")))).toEqual({ 1: NOWHERE, 2: NOWHERE });
});

it("is the same array when nothing changes", () => {
  const settings = set(turns, 1, 3);
  expect(carryOver(settings, turns, said("A one", "B yes", "A two", "B yes", "A three"))).toBe(settings);
});
