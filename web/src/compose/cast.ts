/** Which voice each speaker has before the service is asked: what was chosen, dealt or remembered stays. */

import type { Voice } from "../api/types";
import { ofSpeaker, speakerKey } from "../speakers";
import { remember, rememberedJson } from "../ui/memory";

/** The language of a voice that speaks every language (ISO 639-2). */
export const MANY_LANGUAGES = "mul";

/** A voice that the service has given to a speaker. */
export interface Dealt {
  voice_id: string;
  /** The language that it was given for; "" where none was known. */
  language: string;
  /** Whether the speaker had it in a job before. */
  isRemembered?: boolean;
}

/** A speaker who needs a voice. */
export interface Part {
  speaker: string;
  /** The language that is asked for or guessed; "" where nothing is known. */
  language: string;
}

export interface Standing {
  voice: Voice;
  source: "chosen" | "dealt" | "remembered";
}

/**
 * The voices that speakers have already, by speaker; whoever is not there is to be given one.
 *
 * What was dealt stays while the speaker's language is the one that it was dealt for, or suits the voice. A remembered
 * voice is taken where it suits the speaker's language and nobody else has it.
 */
export function standing(
  parts: readonly Part[],
  chosen: Readonly<Record<string, string>>,
  dealt: Readonly<Record<string, Dealt>>,
  remembered: Readonly<Record<string, string>>,
  voices: readonly Voice[],
): Map<string, Standing> {
  const byId = new Map(voices.map((voice) => [voice.voice_id, voice]));
  const found = new Map<string, Standing>();
  for (const { speaker, language } of parts) {
    const own = byId.get(ofSpeaker(chosen, speaker) ?? "");
    const before = ofSpeaker(dealt, speaker);
    const given = byId.get(before?.voice_id ?? "");
    if (own) found.set(speaker, { voice: own, source: "chosen" });
    else if (before && given && (before.language === language || suits(given, language))) {
      found.set(speaker, { voice: given, source: before.isRemembered ? "remembered" : "dealt" });
    }
  }
  const taken = new Set([...found.values()].map(({ voice }) => voice.voice_id));
  for (const { speaker, language } of parts) {
    const voice = byId.get(ofSpeaker(remembered, speaker) ?? "");
    if (found.has(speaker) || !voice || taken.has(voice.voice_id) || !suits(voice, language)) continue;
    taken.add(voice.voice_id);
    found.set(speaker, { voice, source: "remembered" });
  }
  return found;
}

/** Whether a voice speaks a language as its own; every voice does where none is known. */
function suits(voice: Voice, language: string): boolean {
  if (language === "" || voice.language === MANY_LANGUAGES) return true;
  return language.includes("-") ? voice.language === language : primaryOf(voice.language) === language;
}

/** The language of a tag without its region: en of en-GB. */
export function primaryOf(tag: string): string {
  return tag.split("-")[0] ?? tag;
}

/** More speakers than that are not remembered: those go who were heard last the longest ago. */
const MOST_REMEMBERED = 300;

/** The voice of each speaker as it was in the last job that had them. */
export function rememberedCast(user: string, provider: string): Readonly<Record<string, string>> {
  const entries = castMemory(user).filter((entry) => entry.provider === provider);
  return Object.fromEntries(entries.map(({ speaker, voice_id }) => [speaker, voice_id]));
}

/** Remember who has spoken with which voice, for the scripts to come. */
export function rememberCast(user: string, provider: string, cast: ReadonlyMap<string, Voice>): void {
  const now = [...cast].map(([speaker, { voice_id }]) => ({ speaker, provider, voice_id }));
  const keys = new Set(now.map(({ speaker }) => speakerKey(speaker)));
  const before = castMemory(user).filter(
    (entry) => entry.provider !== provider || !keys.has(speakerKey(entry.speaker)),
  );
  remember(`cast.${user}`, JSON.stringify([...now, ...before].slice(0, MOST_REMEMBERED)));
}

interface Remembered {
  speaker: string;
  provider: string;
  voice_id: string;
}

function castMemory(user: string): readonly Remembered[] {
  return rememberedJson(`cast.${user}`, isMemory) ?? [];
}

function isMemory(value: unknown): value is Remembered[] {
  return (
    Array.isArray(value) &&
    value.every(
      (entry) =>
        typeof entry === "object" &&
        entry !== null &&
        ["speaker", "provider", "voice_id"].every((field) => typeof entry[field] === "string"),
    )
  );
}
