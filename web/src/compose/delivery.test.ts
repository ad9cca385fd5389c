import { expect, it } from "vitest";
import type { Voice } from "../api/types";
import { deliveryOf, obstacleIn, obstacleTo, possible } from "./delivery";

const voice = (voice_id: string, takes: Voice["takes"], styles: string[] = [], language = "en-US"): Voice => ({
  voice_id,
  name: voice_id,
  language,
  language_name: language,
  gender: "female",
  styles,
  takes,
});
const aria = voice("en-US-AriaNeural", ["speed", "pitch"], ["cheerful", "sad"]);
const ava = voice("en-US-Ava:DragonHDLatestNeural", ["language"]);

it("takes the fields that are set, and no first reading", () => {
  const turn = { speaker: "A", text: "Hi", index: 0, speed: null, style: "sad", take: 0, pause_after_ms: 0 };
  expect(deliveryOf(turn)).toEqual({ style: "sad", pause_after_ms: 0 });
});

it("knows what a voice cannot be told", () => {
  expect(obstacleTo("style", ava)).toBe("styles");
  expect(obstacleTo("speed", ava)).toBe("fixed");
  expect(obstacleTo("language", ava)).toBeUndefined();
  expect(obstacleTo("language", aria)).toBe("oneLanguage");
  expect(obstacleTo("volume", ava)).toBeUndefined();
  expect(obstacleTo("style", undefined)).toBeUndefined();
});

it("takes a voice's own language and its styles", () => {
  expect(obstacleIn({ language: "en-US" }, "language", aria)).toBeUndefined();
  expect(obstacleIn({ style: "angry" }, "style", aria)).toBe("otherStyles");
});

it("leaves out what the voice cannot do", () => {
  const delivery = { style: "sad", speed: 1.2, volume: 0.5, pause_after_ms: 500, take: 1 };
  expect(possible(delivery, ava)).toEqual({ volume: 0.5, pause_after_ms: 500, take: 1 });
  expect(possible(delivery, aria)).toEqual(delivery);
});
