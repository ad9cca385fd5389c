import { expect, it } from "vitest";
import { placeWords, wordAt, wordsByTurn } from "./words";

const word = (text: string, start_ms: number, turn_index = 0) => ({
  text,
  start_ms,
  end_ms: start_ms + 200,
  turn_index,
});

it("finds words in a text with marks that nobody hears", () => {
  const text = "Well, [pause 500ms] **the** end, the very end.";
  const words = ["Well, ", "the ", "end, ", "the ", "very ", "end."].map((each, place) => word(each, place * 300));
  const placed = placeWords(text, words);
  expect(placed.map(({ from, to }) => text.slice(from, to))).toEqual(["Well,", "the", "end,", "the", "very", "end."]);
  expect(placed.map(({ from }) => from)).toEqual([0, 22, 28, 33, 37, 42]);
});

it("leaves out what is spoken otherwise than it is written", () => {
  const placed = placeWords("在 AWS 上。", [word("在", 0), word("Amazon ", 300), word("上。", 900)]);
  expect(placed.map(({ start_ms }) => start_ms)).toEqual([0, 900]);
});

it("knows the word that is heard", () => {
  const placed = placeWords("你好嗎", [word("你好", 100), word("嗎", 500)]);
  expect([0, 100, 400, 500, 9000].map((ms) => wordAt(placed, ms)?.from)).toEqual([undefined, 0, 0, 2, 2]);
});

it("sorts words by their turns", () => {
  const turns = wordsByTurn([word("a", 0, 3), word("b", 1, 5), word("c", 2, 3)]);
  expect(turns.get(3)?.map(({ text }) => text)).toEqual(["a", "c"]);
  expect(turns.get(4)).toBeUndefined();
});
