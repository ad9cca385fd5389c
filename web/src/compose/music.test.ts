import { expect, it } from "vitest";
import type { InputParams, Sound } from "../api/types";
import { clipFieldsOf, isMusic, musicOf, obstacleToSounds, withSound } from "./music";

const jingle = { sound_id: "a", gain_db: 0, fade_in_ms: 0, fade_out_ms: 0, overlap_ms: 0 };
const bed = { sound_id: "b", gain_db: -12, fade_in_ms: 2000, fade_out_ms: 4000, duck_db: 10 };

it("puts a sound in its place, heard as the service would", () => {
  const music = withSound(withSound({}, "intro", "a"), "bed", "b");
  expect(music).toEqual({ intro: jingle, bed });
  expect(clipFieldsOf("bed")).toEqual(["gain_db", "fade_in_ms", "fade_out_ms", "duck_db"]);
});

it("keeps how a sound is heard when another takes its place, and takes one away", () => {
  const loud = { intro: { ...jingle, gain_db: 3 } };
  expect(withSound(loud, "intro", "c")).toEqual({ intro: { ...jingle, gain_db: 3, sound_id: "c" } });
  expect(withSound(loud, "intro", undefined)).toEqual({});
});

it("reads a job's music", () => {
  expect(musicOf({ music: { intro: jingle, bed: null } } as Pick<InputParams, "music">)).toEqual({ intro: jingle });
  expect(musicOf({})).toEqual({});
});

it("tells music that was kept from what is none", () => {
  expect(isMusic({})).toBe(true);
  expect(isMusic({ intro: jingle, bed })).toBe(true);
  for (const other of [null, [1], { intro: {} }, { middle: jingle }, { bed: { ...bed, gain_db: "loud" } }])
    expect(isMusic(other)).toBe(false);
});

it("says why sounds cannot be used yet", () => {
  const sounds = ["ready", "waiting", "failed"].map((status) => ({ id: status, status })) as Sound[];
  const obstacle = (ids: string[], uploads: { place: string; error?: unknown }[] = []) =>
    obstacleToSounds(ids, sounds, uploads, ["intro"]);
  expect(obstacle(["ready"])).toBeUndefined();
  expect(obstacle(["ready", "waiting"])).toBe("checking");
  expect(obstacle(["waiting", "failed"])).toBe("sounds");
  expect(obstacle(["deleted"])).toBe("sounds");
  expect(obstacle([], [{ place: "intro" }])).toBe("uploading");
  expect(obstacle([], [{ place: "intro", error: "broken" }, { place: "sounds" }])).toBeUndefined();
  expect(obstacleToSounds(["any"], undefined, [], [])).toBeUndefined();
});
