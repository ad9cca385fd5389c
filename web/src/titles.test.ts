import { expect, it } from "vitest";
import { changesOf, given, titlesOf } from "./titles";

const lesson = { title: "Lesson 1", author: "Lin", album: "" };

it("takes a job's titles over, and fills in what it has none of", () => {
  expect(titlesOf({ title: "Lesson 1", author: "Lin" })).toEqual(lesson);
});

it("gives those that say something", () => {
  expect(given({ title: " Lesson 1 ", author: " ", album: "" })).toEqual({ title: "Lesson 1" });
});

it.each([
  [lesson, {}],
  [{ ...lesson, title: " Lesson 1 " }, {}],
  [
    { ...lesson, title: "Lesson 2", author: " " },
    { title: "Lesson 2", author: null },
  ],
  [{ ...lesson, album: "English" }, { album: "English" }],
])("tells of %j what has changed", (after, changes) => {
  expect(changesOf(lesson, after)).toEqual(changes);
});
