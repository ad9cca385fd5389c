import { expect, it } from "vitest";
import type { CastMember, ParsedTurn, Voice } from "../api/types";
import { type Auditions, auditionOf, beginningOf, languageFor, lengthOf, sampleOf } from "./audition";

const turn = (speaker: string, text: string): ParsedTurn => ({ speaker, text, index: 0, line: 1, take: 0 });
const voice = (voice_id: string, language: string, takes: string[] = [], styles: string[] = []) =>
  ({ voice_id, name: voice_id, language, takes, styles }) as unknown as Voice;
const auditions: Auditions = {
  provider: "azure",
  markup: "auto",
  quality: "standard",
  pronunciations: [],
  sets: [],
  language: "en-US",
  languageFor: () => undefined,
};

it("tries a speaker with the first turn that is short enough to be reused", () => {
  const turns = [turn("A", `${"word ".repeat(60)}.`), turn("B", "Hi"), turn("A", "Short.")];
  expect(sampleOf(turns, "A")).toMatchObject({ text: "Short.", position: 2 });
  expect(sampleOf(turns, "C")).toBeUndefined();
});

it("tries a speaker of long turns with whole sentences, else words, else characters", () => {
  const sentences = `${"A sentence of some length. ".repeat(9)}`;
  expect(beginningOf(sentences)).toBe("A sentence of some length. ".repeat(7).trim());
  expect(beginningOf(`${"今天天氣真好，".repeat(12)}走吧。${"好".repeat(200)}`)).toBe(
    `${"今天天氣真好，".repeat(12)}走吧。`,
  );
  expect(beginningOf("words ".repeat(60))).toBe(Array(33).fill("words").join(" "));
  expect(lengthOf(beginningOf("😀".repeat(300)))).toBe(200);
  expect(sampleOf([turn("A", "words ".repeat(60))], "A")).not.toHaveProperty("position");
});

it("asks for what the job will ask for, without what the voice cannot do", () => {
  const delivery = { style: "sad", speed: 1.2, pause_after_ms: 300, chapter: "One" };
  expect(auditionOf(auditions, voice("ava", "en-US", ["speed"]), "A", "Hi", delivery)).toEqual({
    provider: "azure",
    voice_id: "ava",
    text: "Hi",
    dialogue_language: "en-US",
    speed: 1.2,
  });
  const all = { ...auditions, markup: "literal", quality: "studio", sets: ["brands"] } as const;
  expect(auditionOf({ ...all, pronunciations: [{ text: "a" }] }, voice("ava", "en-US"), "A", "Hi", {})).toMatchObject({
    markup: "literal",
    quality: "studio",
    pronunciation_sets: ["brands"],
    pronunciations: [{ text: "a" }],
  });
});

it("tells a voice the language of the speaker: the one that the service has told, and one that is only tried", () => {
  const member = { speaker: "A", voice_id: "ava", language: "fr-FR", told_language: "fr-FR" } as CastMember;
  const telling = languageFor(new Map([["A", member]]));
  expect(telling("A", voice("ava", "en-US", ["language"]))).toBe("fr-FR");
  expect(telling("A", voice("brian", "en-US", ["language"]))).toBe("fr-FR");
  expect(telling("A", voice("denise", "fr-CA", ["language"]))).toBeUndefined();
  expect(telling("A", voice("alloy", "mul", ["language"]))).toBeUndefined();
  expect(telling("A", voice("jenny", "en-US"))).toBeUndefined();
});
