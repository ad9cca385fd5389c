import { expect, it } from "vitest";
import type { InputParams } from "../api/types";
import { withSound } from "../compose/music";
import { changesOf, hasOtherSounds, isSame, wishOf } from "./versions";

const jingle = { sound_id: "a", gain_db: 0, fade_in_ms: 0, fade_out_ms: 0, overlap_ms: 0 };
const own = wishOf({
  output_format: "mp3",
  loudness: "podcast",
  music: { intro: jingle },
  cover_id: "p",
} as InputParams);

it("asks only for what differs", () => {
  const wish = { ...own, format: "m4b", loudness: "audiobook" } as const;
  expect(changesOf(own, wish)).toEqual({ output_format: "m4b", loudness: "audiobook" });
  expect(hasOtherSounds(own, wish)).toBe(false);
  expect(changesOf(own, { ...own, music: { intro: { ...jingle } } })).toEqual({});
});

it("asks for other music as a whole, and takes away what is to go", () => {
  const music = withSound(own.music, "outro", "b");
  expect(changesOf(own, { ...own, music })).toEqual({ music: { intro: jingle, outro: { ...jingle, sound_id: "b" } } });
  const bare = { ...own, music: {}, coverId: undefined };
  expect(changesOf(own, bare)).toEqual({ music: null, cover_id: null });
  expect(hasOtherSounds(own, bare)).toBe(true);
});

it("knows a version that was asked for before", () => {
  expect(isSame(own, { ...own })).toBe(true);
  expect(isSame(own, { ...own, music: { intro: { ...jingle, gain_db: 1 } } })).toBe(false);
});

it("takes a job of earlier times as it is", () => {
  expect(wishOf({ output_format: "wav" } as InputParams)).toEqual({
    ...{ format: "wav", quality: "standard", loudness: "none" },
    ...{ music: {}, coverId: undefined },
  });
});
