import { expect, it } from "vitest";
import type { ParsedDialogue } from "../api/types";
import { lineOfFailure } from "./failed-line";

const dialogue = (...texts: string[]) =>
  ({ turns: texts.map((text, index) => ({ speaker: "A", text, line: index + 1 })) }) as unknown as ParsedDialogue;
const failed = { position: 2, speaker: "A", text: "Hi" };

it("follows the turn that has failed while turns are put before it", () => {
  expect(lineOfFailure(dialogue("One", "Two", "Hi"), failed)).toBe(3);
  expect(lineOfFailure(dialogue("Hi", "One", "Two", "Hi"), failed)).toBe(4);
});

it("marks nothing once the turn says something else", () => {
  expect(lineOfFailure(dialogue("One", "Two", "Hello"), failed)).toBeUndefined();
  expect(lineOfFailure(dialogue("Hi"), undefined)).toBeUndefined();
});
