import { expect, it } from "vitest";
import { contentTypeOf, kindOf, problemOf, soundNameOf } from "./files";

const file = (name: string, type = "", size = 1000) => ({ name, type, size });

it.each([
  ["jingle.mp3", "audio/mp3", "audio/mpeg"],
  ["Regen.OGG", "video/ogg", "audio/ogg"],
  ["take 1.m4a", "", "audio/mp4"],
  ["cover.JPG", "image/jpeg", "image/jpeg"],
  ["music", "audio/flac", "audio/flac"],
  ["notes.txt", "text/plain", "text/plain"],
])("%j, which the browser calls %j, is %j", (name, type, expected) => {
  expect(contentTypeOf(file(name, type))).toBe(expected);
});

it("knows what a file is for", () => {
  expect(kindOf(file("a.wav"))).toBe("audio");
  expect(kindOf(file("a.png"))).toBe("image");
  expect(kindOf(file("a.gif", "image/gif"))).toBeUndefined();
  expect(kindOf(file("a.mp4", "video/mp4"))).toBeUndefined();
});

it.each([
  [file("a.mp3"), "audio", undefined],
  [file("a.mp3", "", 50 * 1024 * 1024), "audio", undefined],
  [file("a.mp3", "", 50 * 1024 * 1024 + 1), "audio", "tooLarge"],
  [file("a.png", "", 5 * 1024 * 1024 + 1), undefined, "tooLarge"],
  [file("a.mp3", "", 0), undefined, "empty"],
  [file("a.png"), "audio", "notAudio"],
  [file("a.mp3"), "image", "notImage"],
  [file("a.zip"), undefined, "unknown"],
] as const)("%j as %j: %j", (one, wanted, problem) => {
  expect(problemOf(one, wanted)).toBe(problem);
});

it("calls a sound by its file's name", () => {
  expect(soundNameOf(file("Slow City.intro.mp3"))).toBe("Slow City.intro");
  expect(soundNameOf(file(".mp3"))).toBe(".mp3");
  expect(soundNameOf(file(`${"片".repeat(300)}.wav`))).toBe("片".repeat(200));
});
