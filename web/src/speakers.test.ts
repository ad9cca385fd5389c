import { expect, it } from "vitest";
import spellings from "../../tests/unit/speakers.json";
import { firstSpellings, speakerKey } from "./speakers";

it.each(spellings.same)("takes two spellings for the same speaker: $why", ({ one, other }) => {
  expect(one).not.toBe(other);
  expect(speakerKey(one)).toBe(speakerKey(other));
});

it.each(spellings.different)("takes $one and $other for two speakers", ({ one, other }) => {
  expect(speakerKey(one)).not.toBe(speakerKey(other));
});

it.each(spellings.invisible)("has no key for a name of nothing visible", (name) => {
  expect(speakerKey(name)).toBe("");
});

it("spells every speaker as at first", () => {
  expect([...firstSpellings(["B", "Jos\u00e9", "Jose\u0301", "\uff22"]).values()]).toEqual(["B", "Jos\u00e9"]);
});
