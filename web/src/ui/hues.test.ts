import { expect, it } from "vitest";
import { huesOf } from "./hues";

it("gives every speaker a colour in order of appearance, however the name is spelled", () => {
  const hueOf = huesOf(["B", "Jos\u00e9", "\uff22", "Jose\u0301", "C"]);
  expect(["B", "Jose\u0301", "C", "\uff22"].map(hueOf)).toEqual([0, 1, 2, 0]);
});

it("begins again when there are more speakers than colours", () => {
  expect(["A", "I"].map(huesOf("ABCDEFGHI"))).toEqual([0, 0]);
});
