/** Scripts in files: text in whatever encoding it was written. */

import type { Locale } from "../i18n/locale";

/** Which files are offered, as `<input>` has it. */
export const SCRIPT_FILES = ".txt,.md,.markdown,.fountain,.srt,.vtt,.json,.csv,.tsv,text/*,application/json";

export const MAX_SCRIPT_FILE_BYTES = 2_000_000;

/** Why a file is no script. */
export type FileTrouble = "large" | "binary";

/** What older files are written in, that are not in Unicode. */
const LEGACY: Readonly<Record<Locale, string>> = { "zh-TW": "big5", en: "windows-1252" };

/** The text of a file, with lines that end in "\n"; what keeps it from being one otherwise. */
export function decodeScript(bytes: Uint8Array, locale: Locale): { text: string } | { trouble: FileTrouble } {
  if (bytes.length > MAX_SCRIPT_FILE_BYTES) return { trouble: "large" };
  const text = new TextDecoder(encodingOf(bytes, locale)).decode(bytes).replace(/\r\n?|[\u2028\u2029]/g, "\n");
  return text.includes("\0") ? { trouble: "binary" } : { text };
}

function encodingOf(bytes: Uint8Array, locale: Locale): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return "utf-8";
  } catch {
    return LEGACY[locale];
  }
}
