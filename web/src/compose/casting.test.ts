import { expect, it } from "vitest";
import type { Gender, Voice } from "../api/types";
import { withSpeaker } from "../speakers";
import { castVoices } from "./casting";

const voice = (language: string, name: string, gender: Gender): Voice => ({
  voice_id: `${language}-${name}Neural`,
  name,
  language,
  language_name: language,
  gender,
  styles: [],
  takes: [],
});
const voices = [
  voice("en-US", "Ava", "female"),
  voice("zh-TW", "曉臻", "female"),
  voice("zh-TW", "曉雨", "female"),
  voice("zh-TW", "雲哲", "male"),
  voice("zh-CN", "晓晓", "female"),
];

const names = (speakers: string[], chosen: Record<string, string> = {}, language = "zh-TW") =>
  [...castVoices(speakers, chosen, voices, language)].map(([speaker, { name }]) => `${speaker} ${name}`);

it("gives everybody another voice of the language, women's and men's in turn", () => {
  expect(names(["A", "B", "C"])).toEqual(["A 曉臻", "B 雲哲", "C 曉雨"]);
});

it("goes on with the language as it is spoken elsewhere, and then begins again", () => {
  expect(names(["A", "B", "C", "D", "E"]).slice(3)).toEqual(["D 晓晓", "E 曉臻"]);
});

it("keeps what was chosen, and gives it to nobody else", () => {
  expect(names(["A", "B"], { B: "zh-TW-曉臻Neural" })).toEqual(["A 雲哲", "B 曉臻"]);
});

it("gives a speaker the voice of the same name", () => {
  expect(names(["A", "曉臻"])).toEqual(["A 雲哲", "曉臻 曉臻"]);
  expect(names(["A", "曉臻\u200b"])).toEqual(["A 雲哲", "曉臻\u200b 曉臻"]);
});

it("keeps what was chosen when the speaker is spelled in another way", () => {
  expect(names(["A", "Jose\u0301"], { "Jos\u00e9": "zh-TW-曉雨Neural" })).toEqual(["A 曉臻", "Jose\u0301 曉雨"]);
  expect(names(["A\u200f"], { Ａ: "zh-TW-曉雨Neural" })).toEqual(["A\u200f 曉雨"]);
});

it("forgets what was chosen for another spelling of the speaker", () => {
  const chosen = withSpeaker({ "Jos\u00e9": "one", B: "two", "Jose\u0301": "three" }, "Jos\u00e9", "four");
  expect(chosen).toEqual({ B: "two", "Jos\u00e9": "four" });
  expect(names(["__proto__"], withSpeaker({}, "__proto__", "zh-TW-雲哲Neural"))).toEqual(["__proto__ 雲哲"]);
});

it("passes over a chosen voice that there no longer is", () => {
  expect(names(["A"], { A: "zh-TW-GoneNeural" })).toEqual(["A 曉臻"]);
});

it("is not misled by speakers who are called as properties of objects", () => {
  expect(names(["constructor", "__proto__"])).toEqual(["constructor 曉臻", "__proto__ 雲哲"]);
});

it("gives a voice that speaks every language before one of the same language elsewhere", () => {
  const some = [voice("zh-CN", "晓晓", "female"), voice("mul", "Alloy", "neutral"), voice("zh-TW", "曉臻", "female")];
  const cast = [...castVoices(["A", "B", "C"], {}, some, "zh-TW").values()].map(({ name }) => name);
  expect(cast).toEqual(["曉臻", "Alloy", "晓晓"]);
});

it("takes any voice when there is none of the language", () => {
  expect(names(["A"], {}, "xx-XX")).toEqual(["A Ava"]);
});

it("casts nobody without voices", () => {
  expect(castVoices(["A"], {}, [], "zh-TW").size).toBe(0);
});
