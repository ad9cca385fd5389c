import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Gender, Voice } from "../api/types";
import { memoryStorage } from "../ui/memory-storage";
import { type Dealt, rememberCast, rememberedCast, standing } from "./cast";

const voice = (language: string, name: string, gender: Gender = "female"): Voice => ({
  voice_id: name,
  name,
  language,
  language_name: language,
  gender,
  styles: [],
  takes: [],
});
const voices = [voice("en-US", "Ava"), voice("en-US", "Andrew"), voice("en-GB", "Sonia"), voice("mul", "Alloy")];

const parts = (languages: Record<string, string>) =>
  Object.entries(languages).map(([speaker, language]) => ({ speaker, language }));
const dealt = (byName: Record<string, string>, language = "en"): Record<string, Dealt> =>
  Object.fromEntries(Object.entries(byName).map(([speaker, voice_id]) => [speaker, { voice_id, language }]));
const told = (...given: Parameters<typeof standing>) =>
  [...standing(...given)].map(([speaker, { voice: each, source }]) => `${speaker} ${each.name} ${source}`);

it("leaves a dealt voice alone when another speaker's is chosen", () => {
  const both = dealt({ Host: "Ava", Tom: "Andrew" });
  const found = told(parts({ Host: "en", Tom: "en" }), { Host: "Sonia" }, both, {}, voices);
  expect(found).toEqual(["Host Sonia chosen", "Tom Andrew dealt"]);
});

it("keeps a dealt voice when the choice of another speaker is the same voice", () => {
  const both = dealt({ Host: "Ava", Tom: "Andrew" });
  const found = told(parts({ Host: "en", Tom: "en" }), { Host: "Andrew" }, both, {}, voices);
  expect(found).toEqual(["Host Andrew chosen", "Tom Andrew dealt"]);
});

it.each([
  ["the language that it was dealt for", "en", "en", true],
  ["one that was not known then", "", "en", true],
  ["its own region", "en", "en-US", true],
  ["another region", "en", "en-GB", false],
  ["another language", "en", "fr", false],
  ["none that is known", "en", "", true],
])("keeps a dealt voice for %s", (_, before, now, isKept) => {
  const found = told(parts({ A: now }), {}, dealt({ A: "Ava" }, before), {}, voices);
  expect(found).toEqual(isKept ? ["A Ava dealt"] : []);
});

it("keeps a voice of another region that was dealt because there was no other", () => {
  expect(told(parts({ A: "en-AU" }), {}, dealt({ A: "Ava" }, "en-AU"), {}, voices)).toEqual(["A Ava dealt"]);
});

it("gives a speaker the voice of the last job, unless it speaks another language or is taken", () => {
  const remembered = { Host: "Ava", Tom: "Ava", Ana: "Sonia", Kim: "Alloy" };
  const found = told(parts({ Host: "en", Tom: "en", Ana: "es", Kim: "ko" }), {}, {}, remembered, voices);
  expect(found).toEqual(["Host Ava remembered", "Kim Alloy remembered"]);
});

it("finds a speaker under another spelling, and passes over voices that there no longer are", () => {
  const chosen = { "Jos\u00e9": "Ava", B: "Gone", constructor: "Andrew" };
  const found = told(
    parts({ "Jose\u0301": "en", B: "en", constructor: "en", __proto__x: "en" }),
    chosen,
    {},
    {},
    voices,
  );
  expect(found).toEqual(["Jose\u0301 Ava chosen", "constructor Andrew chosen"]);
});

beforeEach(() => void vi.stubGlobal("localStorage", memoryStorage()));
afterEach(() => void vi.unstubAllGlobals());

it("remembers the cast of jobs, for each provider and with the last voice of each speaker", () => {
  const [ava, andrew] = voices as [Voice, Voice];
  rememberCast(
    "anna",
    "azure",
    new Map([
      ["Host", ava],
      ["Tom", andrew],
    ]),
  );
  rememberCast("anna", "azure", new Map([["Host\u200b", andrew]]));
  rememberCast("anna", "openai", new Map([["Host", ava]]));

  expect(rememberedCast("anna", "azure")).toEqual({ "Host\u200b": "Andrew", Tom: "Andrew" });
  expect(rememberedCast("anna", "openai")).toEqual({ Host: "Ava" });
  expect(rememberedCast("ben", "azure")).toEqual({});
});
