import { expect, it } from "vitest";
import type { Show, Voice } from "../api/types";
import { EMPTY_DRAFT } from "../compose/draft";
import { withSound } from "../compose/music";
import { nameFor, showOf, withShow } from "./show";

const cast = new Map([["Host", { voice_id: "ava", name: "Ava" } as Voice]]);
const draft = {
  ...EMPTY_DRAFT,
  script: "Host: Hi",
  author: "Lin",
  deliveries: { Host: { speed: 1.1 } },
  format: "m4b",
  quality: "studio",
  loudness: "audiobook",
  music: withSound({}, "bed", "rain"),
  coverId: "picture",
  gapMs: 500,
} as const;

it("gives the next episode what this one has, but its words", () => {
  const show = { name: "walks", ...showOf(draft, "Slow Walks", cast, "azure", ["brands"]) } as Show;

  const next = withShow({ ...EMPTY_DRAFT, script: "Host: Next" }, show);

  expect(next).toEqual({
    ...draft,
    script: "Host: Next",
    title: "Slow Walks",
    provider: "azure",
    voices: { Host: "ava" },
    sets: ["brands"],
    show: "walks",
  });
});

it("leaves what the show does not say, and a title that is written already", () => {
  const show: Show = { name: "s", title: "Show", cast: [], pronunciations: [], pronunciation_sets: [] };
  const before = { ...draft, title: "Mine", voices: { Tom: "brian" }, sets: ["own"] };
  expect(withShow(before, show)).toEqual({ ...before, show: "s" });
});

it("takes a speaker's voice from the show under whatever spelling", () => {
  const show: Show = {
    ...{ name: "s", pronunciations: [], pronunciation_sets: [] },
    cast: [{ speaker: "Jos\u00e9", voice_id: "new" }],
  };
  expect(withShow({ ...EMPTY_DRAFT, voices: { "Jose\u0301": "old" } }, show).voices).toEqual({ "Jos\u00e9": "new" });
});

it("names a show by its title, in letters that addresses have", () => {
  expect(nameFor("Slow City Walks!")).toBe("slow-city-walks");
  expect(nameFor("Café Olé")).toBe("cafe-ole");
  const names = ["城市慢走", "城市快走", "城市 Walks", "…"].map(nameFor);
  expect(new Set(names).size).toBe(4);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/);
});
