/** Which voice speaks for whom: what was chosen, and a different one of the language for everybody else. */

import type { Voice } from "../api/types";
import { speakerKey } from "../speakers";
import { MANY_LANGUAGES } from "./language";

/**
 * A voice for each speaker, in order of `speakers`; none where there are no voices at all.
 *
 * Who is called as a voice of the language is has that one; the others have those that are left.
 */
export function castVoices(
  speakers: readonly string[],
  chosen: Readonly<Record<string, string>>,
  voices: readonly Voice[],
  language: string,
): Map<string, Voice> {
  const byId = new Map(voices.map((voice) => [voice.voice_id, voice]));
  const chosenIds = new Map(Object.entries(chosen).map(([speaker, voiceId]) => [speakerKey(speaker), voiceId]));
  const cast = new Map<string, Voice>();
  for (const speaker of speakers) {
    const voice = byId.get(chosenIds.get(speakerKey(speaker)) ?? "");
    if (voice) cast.set(speaker, voice);
  }
  const suitable = inOrderOfFit(voices, language);
  const namesakes = new Map(suitable.toReversed().map((voice) => [speakerKey(voice.name), voice]));
  for (const speaker of speakers) {
    const namesake = namesakes.get(speakerKey(speaker));
    if (namesake && !cast.has(speaker)) cast.set(speaker, namesake);
  }
  const taken = new Set([...cast.values()].map((voice) => voice.voice_id));
  let reused = 0;
  for (const speaker of speakers) {
    if (cast.has(speaker)) continue;
    const voice = suitable.find(({ voice_id }) => !taken.has(voice_id)) ?? suitable[reused++ % suitable.length];
    if (!voice) break;
    taken.add(voice.voice_id);
    cast.set(speaker, voice);
  }
  return new Map(
    speakers.flatMap((speaker) => {
      const voice = cast.get(speaker);
      return voice ? [[speaker, voice] as const] : [];
    }),
  );
}

/**
 * The voices of the language first, women's and men's in turn, then those that speak every language, then those of the
 * same language elsewhere.
 */
function inOrderOfFit(voices: readonly Voice[], language: string): Voice[] {
  const primary = language.split("-")[0];
  const exact = voices.filter((voice) => voice.language === language);
  const versatile = voices.filter((voice) => voice.language === MANY_LANGUAGES);
  const near = voices.filter((voice) => voice.language !== language && voice.language.split("-")[0] === primary);
  const fitting = [...alternating(exact), ...alternating(versatile), ...alternating(near)];
  return fitting.length > 0 ? fitting : alternating(voices);
}

function alternating(voices: readonly Voice[]): Voice[] {
  const female = voices.filter(({ gender }) => gender === "female");
  const others = voices.filter(({ gender }) => gender !== "female");
  return Array.from({ length: Math.max(female.length, others.length) }, (_, index) => [female[index], others[index]])
    .flat()
    .filter((voice) => voice !== undefined);
}
