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

/**
 * The language tag by which dates and times are written on a page in `locale`, as the browser's own languages have it.
 *
 * The browser's tag of the page's language, such as en-GB; for an English page in another browser, English as in its
 * region, such as en-DE.
 */
export function dateLocale(locale: Locale, preferred: readonly string[]): string {
  const own = preferred.find((tag) => asLocale(tag) === locale && isWritten(tag, locale));
  if (own !== undefined) return own;
  const [first] = preferred;
  const region = locale === "en" && first !== undefined ? regionOf(first) : undefined;
  return region === undefined ? locale : `en-${region}`;
}

/** Whether dates of `tag` have the page's script: those of zh-CN are in Simplified Chinese. */
function isWritten(tag: string, locale: Locale): boolean {
  return regionOf(tag) !== undefined && (locale === "en" || maximized(tag)?.script === "Hant");
}

function regionOf(tag: string): string | undefined {
  return maximized(tag)?.region;
}

function maximized(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag).maximize();
  } catch {
    return undefined;
  }
}
