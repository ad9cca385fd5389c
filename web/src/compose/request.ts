import type { CreateJobRequest, ParsedTurn, Voice } from "../api/types";
import { ofSpeaker } from "../speakers";
import { given } from "../titles";
import { deliveryOf, possible } from "./delivery";
import { type Draft, EMPTY_DRAFT } from "./draft";

interface Submitted {
  provider: string;
  turns: readonly ParsedTurn[];
  /** A voice of the provider for every speaker of `turns`. */
  cast: ReadonlyMap<string, Voice>;
  language: string;
  /** The names of the pronunciation sets that apply. */
  sets: readonly string[];
}

/** What a draft is submitted as. What a voice cannot do is left out: it is struck out where it was set. */
export function toRequest(draft: Draft, { provider, turns, cast, language, sets }: Submitted): CreateJobRequest {
  const settings = new Map(draft.turns.map(({ position, delivery }) => [position, delivery]));
  const request = {
    ...given(draft),
    provider,
    turns: turns.map((turn, position) => {
      const { speaker, text, index, line, chapter } = turn;
      const delivery = { ...deliveryOf(turn), ...settings.get(position) };
      return {
        speaker,
        text,
        index,
        line,
        ...(chapter != null && { chapter }),
        ...possible(delivery, cast.get(speaker)),
      };
    }),
    voice_assignments: [...cast].map(([speaker, voice]) => ({
      speaker,
      voice_id: voice.voice_id,
      voice_name: voice.name,
      ...possible(ofSpeaker(draft.deliveries, speaker) ?? {}, voice),
    })),
    language,
    output_format: draft.format,
    ...(draft.quality !== EMPTY_DRAFT.quality && { quality: draft.quality }),
    ...(draft.loudness !== EMPTY_DRAFT.loudness && { loudness: draft.loudness }),
    ...(Object.keys(draft.music).length > 0 && { music: draft.music }),
    ...(draft.coverId !== undefined && { cover_id: draft.coverId }),
    gap_ms: draft.gapMs,
    crossfade_ms: draft.crossfadeMs,
    ...(draft.markup === "literal" && { markup: draft.markup }),
    ...(draft.pronunciations.length > 0 && { pronunciations: draft.pronunciations }),
    ...(sets.length > 0 && { pronunciation_sets: sets }),
    ...(draft.webhookUrl.trim() !== "" && { webhook_url: draft.webhookUrl.trim() }),
  };
  // The types of the contract ask for what has a default.
  return request as unknown as CreateJobRequest;
}
