import { expect, it } from "vitest";
import { roughly } from "./EstimateLine";

it.each([
  [0, 1000],
  [5_400, 5_000],
  [59_600, 60_000],
  [62_000, 60_000],
  [187_600, 190_000],
])("has no more digits than an estimate: %d ms", (ms, rough) => {
  expect(roughly(ms)).toBe(rough);
});
