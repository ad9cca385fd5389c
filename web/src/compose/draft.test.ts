import { expect, it } from "vitest";
import type { JobDetail, Voice } from "../api/types";
import { draftOf, EMPTY_DRAFT, ONLY_SPEAKER, turnsOf } from "./draft";
import { toRequest, toSingleRequest } from "./request";
import { toScript } from "./script";

const job = (input_params: unknown) => ({ input_params }) as JobDetail;
const voice = (voice_id: string, styles: string[] = []) =>
  ({ voice_id, name: voice_id, styles, takes: ["speed", "pitch"] }) as unknown as Voice;

const how = { provider: "azure", language: "en-US", languageFor: () => undefined, sets: [] as readonly string[] };

const input = {
  title: "Lesson 1",
  author: "Lin",
  provider: "azure",
  turns: [
    { speaker: "A", text: "Hi", index: 3, chapter: "One", style: "sad", take: 1 },
    { speaker: "B", text: "Yo", index: 7, pause_after_ms: 0 },
    { speaker: "A", text: "[pause 500ms] Bye", index: 9 },
  ],
  voice_assignments: [
    { speaker: "A", voice_id: "aria", voice_name: "Aria", speed: 1.2 },
    { speaker: "B", voice_id: "brian" },
  ],
  language: "en-US",
  output_format: "m4b",
  quality: "studio",
  loudness: "audiobook",
  music: {
    intro: { sound_id: "jingle", gain_db: -3, fade_in_ms: 0, fade_out_ms: 1500, overlap_ms: 1500 },
    bed: { sound_id: "rain", gain_db: -12, fade_in_ms: 2000, fade_out_ms: 4000, duck_db: 6 },
  },
  cover_id: "picture",
  gap_ms: 200,
  crossfade_ms: 0,
  pronunciations: [{ text: "SQL", alias: "sequel" }],
  webhook_url: "https://example.com/hook",
};

it("takes everything over from a job", () => {
  const script = toScript(turnsOf(job(input).input_params));
  const draft = draftOf(job(input), script);
  const turns = input.turns.map(({ speaker, text, index, chapter }) => ({
    ...{ speaker, text, index, line: index, take: 0 },
    ...(chapter && { chapter }),
  }));
  const cast = new Map([
    ["A", voice("aria", ["sad"])],
    ["B", voice("brian")],
  ]);
  const request = toRequest(draft, { ...how, turns, cast, sets: draft.sets ?? [] });
  expect(script).toBe("## One\nA: Hi\nB: Yo\nA: [pause 500ms] Bye");
  expect(request).toEqual({
    ...input,
    turns: input.turns.map((turn) => ({ ...turn, line: turn.index })),
    voice_assignments: [
      { speaker: "A", voice_id: "aria", voice_name: "aria", speed: 1.2 },
      { speaker: "B", voice_id: "brian", voice_name: "brian" },
    ],
  });
});

it("keeps the chapters of a job whose headings are spoken", () => {
  const literal = { ...input, markup: "literal" };
  const turns = turnsOf(job(literal).input_params);
  const draft = draftOf(job(literal), toScript(turns));
  expect(draft.script).toBe("A: Hi\nB: Yo\nA: [pause 500ms] Bye");
  expect(draft.markup).toBe("literal");
  expect(draft.turns[0]?.delivery).toEqual({ style: "sad", take: 1, chapter: "One" });
});

it("takes a text in one voice over as one, and submits it as one", () => {
  const single = { provider: "azure", text: "Hi: there", voice_id: "aria", voice_name: "aria", language: "en-US" };
  const made = { ...single, output_format: "mp3", speed: 1, pitch: -5, volume: 1, style: "sad", take: 2 };
  const draft = draftOf(job(made), "Aria: Hi there");

  const cast = new Map([[ONLY_SPEAKER, voice("aria", ["sad"])]]);
  const request = toSingleRequest(draft, { ...how, turns: [], cast });
  expect(draft).toMatchObject({ script: "Hi: there", isSingle: true });
  expect(request).toEqual({ ...single, output_format: "mp3", loudness: "none", pitch: -5, style: "sad", take: 2 });
});

it("submits sounds where the script has them, and leaves out those that are not chosen", () => {
  const turns = [
    { speaker: "SFX", text: "door", index: 0, line: 1, take: 0, is_sound: true },
    { speaker: "A", text: "Hi", index: 1, line: 2, take: 0 },
    { speaker: "SFX", text: "rain", index: 2, line: 3, take: 0, is_sound: true },
  ];
  const draft = { ...EMPTY_DRAFT, sounds: { door: "creak" } };
  const request = toRequest(draft, { ...how, turns, cast: new Map([["A", voice("aria")]]) });
  expect(request.turns).toEqual([
    { sound_id: "creak", index: 0 },
    { speaker: "A", text: "Hi", index: 1, line: 2 },
  ]);
});

it("tells a voice the language of its speaker, unless another was chosen", () => {
  const turns = [{ speaker: "A", text: "Bonjour", index: 0, line: 1, take: 0 }];
  const ava = { ...voice("ava"), language: "en-US", takes: ["language"] } as unknown as Voice;
  const submitted = { ...how, turns, cast: new Map([["A", ava]]), languageFor: () => "fr-FR" };
  const languageOf = (draft: typeof EMPTY_DRAFT) => toRequest(draft, submitted).voice_assignments[0]?.language;
  expect(languageOf(EMPTY_DRAFT)).toBe("fr-FR");
  expect(languageOf({ ...EMPTY_DRAFT, deliveries: { A: { language: "fr-CA" } } })).toBe("fr-CA");
});

it("submits a plain draft as before", () => {
  const turns = [{ speaker: "A", text: "Hi", index: 0, line: 1, take: 0 }];
  const cast = new Map([["A", voice("aria")]]);
  expect(toRequest(EMPTY_DRAFT, { ...how, turns, cast })).toEqual({
    provider: "azure",
    turns: [{ speaker: "A", text: "Hi", index: 0, line: 1 }],
    voice_assignments: [{ speaker: "A", voice_id: "aria", voice_name: "aria" }],
    language: "en-US",
    output_format: "mp3",
    gap_ms: 300,
    crossfade_ms: 50,
  });
});

it("leaves out what a voice cannot do", () => {
  const turns = [{ speaker: "A", text: "Hi", index: 0, line: 1, take: 0 }];
  const delivery = { style: "sad", volume: 0.5 };
  const draft = { ...EMPTY_DRAFT, turns: [{ position: 0, speaker: "A", text: "Hi", delivery }] };
  const cast = new Map([["A", voice("aria", ["cheerful"])]]);
  const request = toRequest(draft, { ...how, turns, cast, sets: ["brands"] });
  expect(request.turns[0]).toEqual({ speaker: "A", text: "Hi", index: 0, line: 1, volume: 0.5 });
  expect(request.pronunciation_sets).toEqual(["brands"]);
});
