import type { Voice } from "../api/types";
import type { Format } from "../i18n/format";
import type { Strings } from "../i18n/zh-TW";

/** A voice in a few words: 女聲, 中文（台灣）. */
export function describeVoice(voice: Voice, t: Strings, format: Format): string {
  return `${t.picker.genders[voice.gender]} · ${format.language(voice.language) ?? voice.language_name}`;
}
