import { expect, it } from "vitest";
import { placeAfter } from "./failed-line";

const turns = (...texts: string[]) => texts.map((text) => ({ speaker: "A", text }));

it("follows the turn that has failed while turns are put before it", () => {
  expect(placeAfter(1, turns("One", "Hi"), turns("One", "Two", "Hi"))).toBe(2);
  expect(placeAfter(1, turns("One", "Hi", "Hi"), turns("Hi", "One", "Hi", "Hi"))).toBe(2);
});

it("marks nothing once the turn says something else, even where others say the same", () => {
  expect(placeAfter(1, turns("Hi", "Hi", "Hi"), turns("Hi", "Hello", "Hi"))).toBeUndefined();
  expect(placeAfter(0, turns("Hi"), turns("One"))).toBeUndefined();
  expect(placeAfter(0, turns("Hi"), [])).toBeUndefined();
});
