/** A job in a few words: what lists and titles call it. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { fetchJob } from "../api/jobs";
import { isSingleVoice, type JobDetail, type OutputFormat, spokenTurns } from "../api/types";
import { formOf } from "../audio/form";
import { firstSpellings } from "../speakers";

const MAX_TITLE_CHARACTERS = 60;

export interface Digest {
  /** The first words of the dialogue. */
  title: string;
  speakers: readonly string[];
  provider: string;
  /** Who speaks with which voice; of a single text, the voice alone. A voice has a name where it was submitted with one. */
  cast: readonly { speaker: string; voiceId: string; voiceName: string | undefined }[];
  turns: number;
  /** Of the audio, when there is one. */
  durationMs: number | undefined;
  language: string;
  format: OutputFormat;
}

export function digestOf({ input_params: input, result_metadata: result }: JobDetail): Digest {
  const texts = isSingleVoice(input) ? [input.text] : spokenTurns(input).map(({ text }) => text);
  return {
    title: shortened(texts[0] ?? ""),
    speakers: isSingleVoice(input)
      ? []
      : [...firstSpellings(spokenTurns(input).map(({ speaker }) => speaker)).values()],
    cast: isSingleVoice(input)
      ? [{ speaker: "", voiceId: input.voice_id, voiceName: input.voice_name || undefined }]
      : input.voice_assignments.map(({ speaker, voice_id, voice_name }) => ({
          speaker,
          voiceId: voice_id,
          voiceName: voice_name || undefined,
        })),
    provider: input.provider,
    turns: texts.length,
    durationMs: result?.duration_ms,
    language: input.language,
    format: formOf(input).format,
  };
}

/** A job's digest, for which the job is fetched once: lists do not carry dialogues. */
export function useDigest(id: string, hasEnded: boolean, job?: JobDetail): Digest | undefined {
  const client = useQueryClient();
  const own = useMemo(() => (job ? digestOf(job) : undefined), [job]);
  const { data } = useQuery<Digest>({
    queryKey: ["digest", id, hasEnded],
    queryFn: async ({ signal }) => digestOf(await fetchJob(id, signal)),
    placeholderData: () => client.getQueryData<Digest>(["digest", id, false]),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60 * 60_000,
    enabled: own === undefined,
  });
  return own ?? data;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length <= MAX_TITLE_CHARACTERS ? line : `${characters.slice(0, MAX_TITLE_CHARACTERS).join("")}…`;
}
