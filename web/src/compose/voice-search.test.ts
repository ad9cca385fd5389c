import { expect, it } from "vitest";
import type { Voice } from "../api/types";
import { languagesOf, matchingVoices } from "./voice-search";

const voice = (language: string, name: string): Voice => ({
  voice_id: name,
  name,
  language,
  language_name: language,
  gender: "neutral",
  styles: [],
  takes: [],
});
const voices = [voice("zh-TW", "曉臻"), voice("mul", "Alloy"), voice("en-US", "Ava")];

it("finds a voice that speaks every language under each of them", () => {
  const found = matchingVoices(voices, { q: "", gender: "any", language: "en-US" });
  expect(found.map(({ name }) => name)).toEqual(["Alloy", "Ava"]);
});

it("lists the languages that there are, of which every language is none", () => {
  expect(languagesOf(voices, "en-US").map(({ tag }) => tag)).toEqual(["en-US", "zh-TW"]);
});
