import { expect, it } from "vitest";
import type { InputParams } from "../api/types";
import { formOf } from "../audio/form";
import { changesOf, isSameForm } from "./versions";

it("asks only for what differs", () => {
  const own = formOf({ output_format: "mp3" } as InputParams);
  const wanted = { ...own, format: "m4b", loudness: "audiobook" } as const;
  expect(own).toEqual({ format: "mp3", quality: "standard", loudness: "none" });
  expect(changesOf(own, wanted)).toEqual({ output_format: "m4b", loudness: "audiobook" });
  expect(changesOf(own, own)).toEqual({});
  expect([isSameForm(own, { ...own }), isSameForm(own, wanted)]).toEqual([true, false]);
});
