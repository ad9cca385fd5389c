import { expect, it } from "vitest";
import type { Usage } from "../api/types";
import { roughly, whatIsLeft } from "./EstimateLine";

it.each([
  [0, 1000],
  [5_400, 5_000],
  [59_600, 60_000],
  [62_000, 60_000],
  [187_600, 190_000],
])("has no more digits than an estimate: %d ms", (ms, rough) => {
  expect(roughly(ms)).toBe(rough);
});

const usage = (day: number | null, month: number | null) =>
  ({
    limits: { characters_per_day: day, characters_per_month: month },
    today: { billed_characters: 30, reserved_characters: 10 },
    total: { billed_characters: 200, reserved_characters: 10 },
  }) as Usage;

it("knows what is left: of the day or of the month, whichever is less", () => {
  expect(whatIsLeft(usage(100, null))).toEqual({ period: "day", characters: 60 });
  expect(whatIsLeft(usage(100, 250))).toEqual({ period: "month", characters: 40 });
  expect(whatIsLeft(usage(20, 250))).toEqual({ period: "day", characters: 0 });
  expect(whatIsLeft(usage(null, null))).toBeUndefined();
});
