/** Which language the page speaks: what `?lang=` says, else what was chosen before, else what the browser prefers. */

export type Locale = "zh-TW" | "en";

export const LOCALES: readonly Locale[] = ["zh-TW", "en"];

/** A language tag as one of ours; undefined when it is none of them. */
export function asLocale(tag: string | null | undefined): Locale | undefined {
  const primary = tag?.toLowerCase().split("-")[0];
  if (primary === "zh") return "zh-TW";
  return primary === "en" ? "en" : undefined;
}

export function chooseLocale(asked: string | null, remembered: string | null, preferred: readonly string[]): Locale {
  return asLocale(asked) ?? asLocale(remembered) ?? preferred.map(asLocale).find((locale) => locale) ?? "en";
}
