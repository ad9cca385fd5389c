import { expect, it } from "vitest";
import { guessLanguage } from "./language";

it.each([
  ["A：你好，今天天氣真好！", "zh-TW"],
  ["A：你好，这里的天气真好！", "zh-CN"],
  ["A: こんにちは、今日は", "ja-JP"],
  ["A: 안녕하세요", "ko-KR"],
  ["A: Good morning", "en-US"],
  ["", "en-US"],
])("%j is taken for %s", (script, language) => {
  expect(guessLanguage(script)).toBe(language);
});
