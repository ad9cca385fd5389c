import { expect, it } from "vitest";
import { piecesOf, styleKey } from "./marks";

const styles = new Set(["cheerful", "narration-professional"].map(styleKey));
const marks = (line: string, unspoken: string[] = []) =>
  piecesOf(line, styles, unspoken).flatMap(({ text, kind }) => (kind ? [`${kind} ${text}`] : []));

it.each<[string, string[]]>([
  ["A: one [pause 500ms] and on", ["pause [pause 500ms]"]],
  ["[pause:1.5s] on", ["pause [pause:1.5s]"]],
  ["A：［停頓 2 秒］好", ["pause ［停頓 2 秒］"]],
  [
    "A: [cheerful] yes [Narration professional] no [/cheerful]",
    ["style [cheerful]", "style [Narration professional]", "style [/cheerful]"],
  ],
  ["A: [style: lyrical] yes", ["style [style: lyrical]"]],
  ["A: (laughs) yes (really)", ["direction (laughs)"]],
  ["A：（驚喜）真的嗎？", ["direction （驚喜）"]],
  ["(Music fades in)", ["direction (Music fades in)"]],
  ["## Part two", ["heading ## Part two"]],
  ["[S1] Hi there, [1] see (a) #1", []],
  ["plain: nothing at all", []],
])("marks %j", (line, expected) => {
  expect(marks(line)).toEqual(expected);
});

it("marks what the service says is not spoken", () => {
  expect(marks("A: yes [applause] and [laughs]", ["[applause]", "[laughs]"])).toEqual([
    "unspoken [applause]",
    "unspoken [laughs]",
  ]);
  expect(marks("A: (laughs) yes", ["(laughs)"])).toEqual(["unspoken (laughs)"]);
  expect(marks("Action, a lot of it", ["Action, a lo…"])).toEqual(["unspoken Action, a lot of it"]);
});

it("loses no character", () => {
  const line = "A: [pause] x (y) [cheerful]( 【z】 （笑） ［停頓］!";
  expect(
    piecesOf(line, styles, ["x (y)"])
      .map(({ text }) => text)
      .join(""),
  ).toBe(line);
});
