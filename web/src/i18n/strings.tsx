import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { remember, remembered } from "../ui/memory";
import { en } from "./en";
import { type Format, formatFor } from "./format";
import { chooseLocale, dateLocale, type Locale } from "./locale";
import { type Strings, zhTW } from "./zh-TW";

interface Speech {
  locale: Locale;
  t: Strings;
  format: Format;
  setLocale(locale: Locale): void;
}

const CATALOGUES: Record<Locale, Strings> = { "zh-TW": zhTW, en };
const Context = createContext<Speech | null>(null);

let current: Locale = "zh-TW";

/** The language of the page at this moment, for what stands outside the components: requests. */
export const currentLocale = (): Locale => current;

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState(initialLocale);
  current = locale;
  useEffect(() => {
    document.documentElement.lang = locale;
    remember("language", locale);
  }, [locale]);
  const speech = useMemo(() => {
    const t = CATALOGUES[locale];
    const choose = (next: Locale) => {
      dropAskedLocale();
      setLocale(next);
    };
    return { locale, t, format: formatFor(locale, t, dateLocale(locale, navigator.languages)), setLocale: choose };
  }, [locale]);
  return <Context value={speech}>{children}</Context>;
}

/** The catalogue `t`, the formats and the language of the page. */
export function useSpeech(): Speech {
  const speech = useContext(Context);
  if (speech === null) throw new Error("outside of LanguageProvider");
  return speech;
}

function initialLocale(): Locale {
  const asked = new URLSearchParams(location.search).get("lang");
  return chooseLocale(asked, remembered("language"), navigator.languages);
}

/** What is chosen by hand is not overruled by the address on the next visit. */
function dropAskedLocale(): void {
  const url = new URL(location.href);
  url.searchParams.delete("lang");
  history.replaceState(history.state, "", url);
}
