import type { Gender, Voice } from "../api/types";
import { MANY_LANGUAGES } from "./cast";

interface Wish {
  /** Words that all have to occur in the name, the id or the language's name. */
  q: string;
  gender: Gender | "any";
  /** A language tag; empty for any. */
  language: string;
}

export function matchingVoices(voices: readonly Voice[], { q, gender, language }: Wish): Voice[] {
  const words = q.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return voices.filter((voice) => {
    if (language !== "" && voice.language !== language && voice.language !== MANY_LANGUAGES) return false;
    if (gender !== "any" && voice.gender !== gender) return false;
    const names = `${voice.name} ${voice.voice_id} ${voice.language_name}`.toLocaleLowerCase();
    return words.every((word) => names.includes(word));
  });
}

/** The languages that there are voices of: those related to `first` at the top, else in order of their tags. */
export function languagesOf(voices: readonly Voice[], first: string): { tag: string; name: string }[] {
  const names = new Map(voices.map((voice) => [voice.language, voice.language_name]));
  names.delete(MANY_LANGUAGES);
  const rank = (tag: string) => (tag === first ? 0 : tag.split("-")[0] === first.split("-")[0] ? 1 : 2);
  return [...names]
    .map(([tag, name]) => ({ tag, name }))
    .sort((one, other) => rank(one.tag) - rank(other.tag) || one.tag.localeCompare(other.tag));
}
