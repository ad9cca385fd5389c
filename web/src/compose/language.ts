/** Which language a script seems to be in, by its characters. */

/** The language of a voice that speaks every language (ISO 639-2). */
export const MANY_LANGUAGES = "mul";

const SIMPLIFIED = /[这们说吗时会个为来对过还让谁听见样国书]/;

/** A language tag that voices are listed under. */
export function guessLanguage(script: string): string {
  if (/[\u3040-\u30ff]/.test(script)) return "ja-JP";
  if (/[\uac00-\ud7af]/.test(script)) return "ko-KR";
  if (/[\u3400-\u9fff]/.test(script)) return SIMPLIFIED.test(script) ? "zh-CN" : "zh-TW";
  return "en-US";
}
