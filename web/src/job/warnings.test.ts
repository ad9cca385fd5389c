import { expect, it } from "vitest";
import type { JobDetail, Warning } from "../api/types";
import { keepWarnings, warningsOf } from "./warnings";

function tab() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}
const warning = (turn_index: number, message: string): Warning => ({
  ...{ code: "unknown_tag", text: "[x]", line: 1 },
  turn_index,
  message,
});
const job = {
  id: "one",
  input_params: {
    turns: [
      { speaker: "A", text: "Hi", index: 10 },
      { speaker: "B", text: "Yo", index: 20 },
    ],
  },
} as unknown as JobDetail;

it("keeps what was said about a job, turn by turn", () => {
  const storage = tab();
  keepWarnings(
    { id: "one", warnings: [warning(20, "b"), warning(10, "a"), warning(20, "b"), warning(20, "c")] },
    storage,
  );
  expect(warningsOf(job, storage)).toEqual([
    { position: 0, speaker: "A", messages: ["a"] },
    { position: 1, speaker: "B", messages: ["b", "c"] },
  ]);
});

it("has nothing to say about a job without warnings, or of another tab", () => {
  const storage = tab();
  keepWarnings({ id: "one" }, storage);
  expect(warningsOf(job, storage)).toEqual([]);
});
