import type { CreateJobRequest, CreateSingleVoiceJobRequest, ParsedTurn, Voice } from "../api/types";
import { ofSpeaker } from "../speakers";
import { given } from "../titles";
import type { LanguageFor } from "./audition";
import { type Delivery, deliveryOf, possible, type TurnDelivery } from "./delivery";
import { type Draft, EMPTY_DRAFT, ONLY_SPEAKER } from "./draft";

interface Submitted {
  provider: string;
  turns: readonly ParsedTurn[];
  /** A voice of the provider for every speaker of `turns`. */
  cast: ReadonlyMap<string, Voice>;
  language: string;
  languageFor: LanguageFor;
  /** The names of the pronunciation sets that apply. */
  sets: readonly string[];
}

/** What a draft is submitted as. What a voice cannot do is left out: it is struck out where it was set. */
export function toRequest(draft: Draft, submitted: Submitted): CreateJobRequest {
  const { turns, cast, language, languageFor } = submitted;
  const settings = settingsOf(draft);
  const request = {
    ...common(draft, submitted),
    turns: turns.flatMap((turn, position): object[] => {
      const { speaker, text, index, line, chapter } = turn;
      if (turn.is_sound) {
        const sound = draft.sounds[text];
        return sound === undefined ? [] : [{ sound_id: sound, index }];
      }
      const delivery = { ...deliveryOf(turn), ...settings.get(position) };
      const chapters = chapter != null && { chapter };
      return [{ speaker, text, index, line, ...chapters, ...possible(delivery, cast.get(speaker)) }];
    }),
    voice_assignments: [...cast].map(([speaker, voice]) => ({
      speaker,
      voice_id: voice.voice_id,
      voice_name: voice.name,
      ...ofSpeakerIn(draft, speaker, voice, languageFor),
    })),
    language,
    gap_ms: draft.gapMs,
    crossfade_ms: draft.crossfadeMs,
  };
  // The types of the contract ask for what has a default.
  return request as unknown as CreateJobRequest;
}

/** What a text in one voice is submitted as. */
export function toSingleRequest(draft: Draft, submitted: Submitted): CreateSingleVoiceJobRequest | undefined {
  const voice = submitted.cast.get(ONLY_SPEAKER);
  if (!voice) return undefined;
  const { language: own, ...how } = {
    ...ofSpeakerIn(draft, ONLY_SPEAKER, voice, submitted.languageFor),
    ...withoutPause(settingsOf(draft).get(0) ?? {}),
  };
  const request = {
    ...common(draft, submitted),
    text: draft.script.trim(),
    voice_id: voice.voice_id,
    voice_name: voice.name,
    language: own ?? submitted.language,
    ...possible(how, voice),
  };
  return request as unknown as CreateSingleVoiceJobRequest;
}

function common(draft: Draft, { provider, sets }: Submitted) {
  return {
    ...given(draft),
    provider,
    output_format: draft.format,
    ...(draft.quality !== EMPTY_DRAFT.quality && { quality: draft.quality }),
    ...(draft.loudness !== EMPTY_DRAFT.loudness && { loudness: draft.loudness }),
    ...(Object.keys(draft.music).length > 0 && { music: draft.music }),
    ...(draft.coverId !== undefined && { cover_id: draft.coverId }),
    ...(draft.markup === "literal" && { markup: draft.markup }),
    ...(draft.pronunciations.length > 0 && { pronunciations: draft.pronunciations }),
    ...(sets.length > 0 && { pronunciation_sets: sets }),
    ...(draft.webhookUrl.trim() !== "" && { webhook_url: draft.webhookUrl.trim() }),
  };
}

function settingsOf(draft: Draft): ReadonlyMap<number, TurnDelivery> {
  return new Map(draft.turns.map(({ position, delivery }) => [position, delivery]));
}

function ofSpeakerIn(draft: Draft, speaker: string, voice: Voice, languageFor: LanguageFor): Delivery {
  const told = languageFor(speaker, voice);
  return possible({ ...(told !== undefined && { language: told }), ...ofSpeaker(draft.deliveries, speaker) }, voice);
}

function withoutPause({ pause_after_ms: _, chapter: __, ...delivery }: TurnDelivery): TurnDelivery {
  return delivery;
}
