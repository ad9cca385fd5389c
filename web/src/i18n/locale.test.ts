import { expect, it } from "vitest";
import { en } from "./en";
import { formatFor } from "./format";
import { chooseLocale, dateLocale } from "./locale";
import { zhTW } from "./zh-TW";

it.each([
  ["en", "zh-TW", ["zh-TW"], "en"],
  [null, "zh-TW", ["en-US"], "zh-TW"],
  [null, null, ["fr-FR", "zh-HK", "en"], "zh-TW"],
  ["fr", null, ["en-GB"], "en"],
  [null, null, ["fr-FR"], "en"],
] as const)("asked %s, remembered %s, preferred %j: %s", (asked, remembered, preferred, locale) => {
  expect(chooseLocale(asked, remembered, preferred)).toBe(locale);
});

it("writes times as each language does", () => {
  const [chinese, english] = [formatFor("zh-TW", zhTW), formatFor("en", en)];
  const now = Date.parse("2026-01-20T10:30:00Z");
  expect(english.relative("2026-01-20T10:27:00Z", now)).toBe("3 minutes ago");
  expect(chinese.relative("2026-02-19T10:30:00Z", now)).toBe("30 天後");
  expect([850, 4210, 59_980, 185_000].map(english.span)).toEqual(["850 ms", "4.2 s", "1 min 0 s", "3 min 5 s"]);
  expect([0, 65_400, 3_725_000].map(english.clock)).toEqual(["0:00", "1:05", "1:02:05"]);
  expect(chinese.language("zh-TW")).toBe("中文（台灣）");
  expect(english.language("zh-CN-liaoning")).toBeUndefined();
});

it.each([
  ["en", ["en-GB", "en-US"], "en-GB"],
  ["en", ["zh-TW", "en-IE"], "en-IE"],
  ["en", ["de"], "en-DE"],
  ["en", ["zh-TW"], "en-TW"],
  ["en", ["not a tag"], "en"],
  ["en", [], "en"],
  ["zh-TW", ["en-GB"], "zh-TW"],
  ["zh-TW", ["zh-CN", "zh-HK"], "zh-HK"],
  ["zh-TW", ["zh-CN"], "zh-TW"],
] as const)("writes dates of a page in %s, for a browser of %j, by %s", (locale, preferred, dates) => {
  expect(dateLocale(locale, preferred)).toBe(dates);
});

it("writes days as the browser's region does", () => {
  const time = "2026-11-05T15:04:00";
  expect(formatFor("en", en, "en-GB").dateTime(time)).toBe("5 Nov 2026, 15:04");
  expect(formatFor("en", en, "en-US").dateTime(time)).toMatch(/^Nov 5, 2026, 3:04\sPM$/);
});
