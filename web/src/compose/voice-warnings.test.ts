import { expect, it } from "vitest";
import type { ParsedTurn, Warning } from "../api/types";
import { inOrder, voiceWarnings } from "./voice-warnings";

const turns = [
  { index: 0, line: 2 },
  { index: 1, line: 5 },
] as ParsedTurn[];
const warning = (code: string, text: string, line: number, turn_index?: number) =>
  ({ code, text, line, message: text, ...(turn_index !== undefined && { turn_index }) }) as Warning;

it("names the line of the script", () => {
  const found = voiceWarnings([warning("style_not_available", "[sad]", 2, 1)], turns, []);
  expect(found).toEqual([warning("style_not_available", "[sad]", 6, 1)]);
});

it("leaves out what was told when the script was read, and what is about no turn", () => {
  const told = [warning("unknown_tag", "[applause]", 2)];
  const warnings = [
    warning("unknown_tag", "[applause]", 1, 0),
    warning("style_not_available", "[sad]", 1),
    warning("style_not_available", "[sad]", 1, 9),
  ];
  expect(voiceWarnings(warnings, turns, told)).toEqual([]);
});

it("orders all by their lines", () => {
  const [first, second, third] = [1, 3, 3].map((line, index) => warning("unknown_tag", `[${index}]`, line));
  expect(inOrder([second, first] as Warning[], [third] as Warning[])).toEqual([first, second, third]);
});
