/** Speakers' names: two spellings may name the same speaker. The same rule as the service's `castline/speakers.py`. */

const IGNORABLE = /\p{Default_Ignorable_Code_Point}+/gu;

/**
 * What all spellings of one speaker's name have in common: two names are the same speaker when their keys are equal.
 *
 * The name in Unicode's form NFKC, without invisible characters, and with single spaces. Case makes a difference. It is
 * for comparing only: show the name as it was written.
 */
export function speakerKey(name: string): string {
  const visible = name.replace(IGNORABLE, "").normalize("NFKC").replace(IGNORABLE, "");
  return visible.replace(/\p{White_Space}+/gu, " ").trim();
}

/** How each speaker is spelled first, by the speaker's key and in order of appearance. */
export function firstSpellings(speakers: Iterable<string>): Map<string, string> {
  const spellings = new Map<string, string>();
  for (const speaker of speakers) {
    const key = speakerKey(speaker);
    if (!spellings.has(key)) spellings.set(key, speaker);
  }
  return spellings;
}

/** What `byName` has for a speaker, under whatever spelling of the name. */
export function ofSpeaker<T>(byName: Readonly<Record<string, T>>, speaker: string): T | undefined {
  const key = speakerKey(speaker);
  return Object.entries(byName).find(([name]) => speakerKey(name) === key)?.[1];
}

/** `byName` with another value for one speaker, under whatever spelling it had one before; undefined takes it away. */
export function withSpeaker<T>(
  byName: Readonly<Record<string, T>>,
  speaker: string,
  value: T | undefined,
): Readonly<Record<string, T>> {
  const key = speakerKey(speaker);
  const others = Object.entries(byName).filter(([name]) => speakerKey(name) !== key);
  return Object.fromEntries(value === undefined ? others : [...others, [speaker, value]]);
}
