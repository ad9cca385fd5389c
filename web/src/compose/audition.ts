/** What is spoken to try a voice: a speaker's own words, in the delivery that the job will have. */

import { MAX_PREVIEW_CHARACTERS } from "../api/previews";
import type { CastMember, Markup, ParsedTurn, PreviewRequest, Pronunciation, Quality, Voice } from "../api/types";
import { MANY_LANGUAGES, primaryOf } from "./cast";
import { deliveryOf, possible, type TurnDelivery } from "./delivery";

/** What holds for all that is spoken for a draft. */
export interface Auditions {
  provider: string;
  markup: Markup;
  quality: Quality;
  pronunciations: readonly Pronunciation[];
  sets: readonly string[];
  /** The language of the dialogue. */
  language: string;
  /** The language that each speaker's voice has to be told. */
  languageFor: LanguageFor;
}

/** The language that a voice has to be told to speak, since it speaks another one by itself. */
export type LanguageFor = (speaker: string, voice: Voice) => string | undefined;

/** The request by which a voice is heard. What the voice cannot do is left out. */
export function auditionOf(
  auditions: Auditions,
  voice: Voice,
  speaker: string,
  text: string,
  delivery: TurnDelivery,
): PreviewRequest {
  const { provider, markup, quality, pronunciations, sets, language } = auditions;
  const told = auditions.languageFor(speaker, voice);
  const {
    pause_after_ms: _,
    chapter: __,
    ...how
  } = possible({ ...(told !== undefined && { language: told }), ...delivery }, voice);
  const request = {
    provider,
    voice_id: voice.voice_id,
    text,
    dialogue_language: language,
    ...how,
    ...(markup === "literal" && { markup }),
    ...(quality !== "standard" && { quality }),
    ...(pronunciations.length > 0 && { pronunciations: [...pronunciations] }),
    ...(sets.length > 0 && { pronunciation_sets: [...sets] }),
  };
  // The types of the contract ask for what has a default.
  return request as unknown as PreviewRequest;
}

/** Who has to be told which language, by how the service has cast the speakers. */
export function languageFor(members: ReadonlyMap<string, CastMember>): LanguageFor {
  return (speaker, voice) => {
    const member = members.get(speaker);
    if (member?.voice_id === voice.voice_id) return member.told_language;
    // A voice that is only tried.
    if (!member || voice.language === MANY_LANGUAGES || !voice.takes.includes("language")) return undefined;
    return primaryOf(member.language) === primaryOf(voice.language) ? undefined : member.language;
  };
}

export interface Sample {
  text: string;
  /** The delivery that the script itself gives to these words. */
  delivery: TurnDelivery;
  /** The place of the turn that it is the whole text of; undefined for the beginning of a longer one. */
  position?: number;
}

/** What a speaker is tried with: the first turn that is short enough, else the beginning of the first one. */
export function sampleOf(turns: readonly ParsedTurn[], speaker: string): Sample | undefined {
  const position = turns.findIndex((turn) => turn.speaker === speaker && isShort(turn.text));
  const found = turns[position] ?? turns.find((turn) => turn.speaker === speaker);
  if (!found) return undefined;
  const delivery = deliveryOf(found);
  return position < 0 ? { text: beginningOf(found.text), delivery } : { text: found.text, delivery, position };
}

export function isShort(text: string): boolean {
  return lengthOf(text) <= MAX_PREVIEW_CHARACTERS;
}

/** How many characters a text has, as the service counts them. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** As many whole sentences, or else words, as a preview takes. */
export function beginningOf(text: string): string {
  const most = [...text].slice(0, MAX_PREVIEW_CHARACTERS).join("");
  if (most === text) return text;
  const sentences = /^[\s\S]*(?:[.!?…](?=\s|$)|[。！？])/.exec(most)?.[0] ?? "";
  if (lengthOf(sentences) >= MAX_PREVIEW_CHARACTERS / 4) return sentences;
  const words = most.replace(/\s+\S*$/, "");
  return words.trim() === "" ? most : words;
}
