import type { CreateJobRequest, Turn, Voice } from "../api/types";
import type { Draft } from "./draft";

/** What a draft is submitted as. `cast`: a voice of the provider for every speaker of `turns`. */
export function toRequest(
  draft: Draft,
  provider: string,
  turns: readonly Turn[],
  cast: ReadonlyMap<string, Voice>,
  language: string,
): CreateJobRequest {
  return {
    provider,
    turns: [...turns],
    voice_assignments: [...cast].map(([speaker, voice]) => ({
      speaker,
      voice_id: voice.voice_id,
      voice_name: voice.name,
    })),
    language,
    output_format: draft.format,
    gap_ms: draft.gapMs,
    crossfade_ms: draft.crossfadeMs,
  };
}
