/** What is being written: kept by the browser, for each user, until it has been submitted. */

import {
  type InputParams,
  isFormat,
  isSingleVoice,
  type JobDetail,
  type OutputFormat,
  type SingleVoiceInputParams,
} from "../api/types";
import { remember, rememberedJson } from "../ui/memory";

export interface Draft {
  script: string;
  /** A speech provider's id; undefined for the service's first one. */
  provider?: string | undefined;
  /** The voice's id for each speaker to whom one was given by hand. */
  voices: Readonly<Record<string, string>>;
  /** A language tag; undefined when it follows from the script. */
  language?: string | undefined;
  format: OutputFormat;
  gapMs: number;
  crossfadeMs: number;
}

export const EMPTY_DRAFT: Draft = { script: "", voices: {}, format: "mp3", gapMs: 300, crossfadeMs: 50 };

export function loadDraft(user: string): Draft {
  return rememberedJson(`draft.${user}`, isDraft) ?? EMPTY_DRAFT;
}

export function saveDraft(user: string, draft: Draft): void {
  remember(`draft.${user}`, draft === EMPTY_DRAFT ? null : JSON.stringify(draft));
}

/** The draft that a job can be made from again. `script`: the job's turns as a script. */
export function draftOf({ input_params: input }: JobDetail, script: string): Draft {
  const format = isFormat(input.output_format) ? input.output_format : EMPTY_DRAFT.format;
  const { language } = input;
  if (isSingleVoice(input)) {
    const voices = { [singleSpeaker(input)]: input.voice_id };
    return { ...EMPTY_DRAFT, script, provider: input.provider, voices, language, format };
  }
  const voices = Object.fromEntries(input.voice_assignments.map(({ speaker, voice_id }) => [speaker, voice_id]));
  const { provider, gap_ms: gapMs, crossfade_ms: crossfadeMs } = input;
  return { script, provider, voices, language, format, gapMs, crossfadeMs };
}

/** A job's turns; of a single text, one turn of a speaker who is called by the voice. */
export function turnsOf(input: InputParams | SingleVoiceInputParams): { speaker: string; text: string }[] {
  if (isSingleVoice(input)) return [{ speaker: singleSpeaker(input), text: input.text }];
  return input.turns.map(({ speaker, text }) => ({ speaker, text }));
}

function singleSpeaker(input: SingleVoiceInputParams): string {
  return input.voice_name || "A";
}

function isDraft(value: unknown): value is Draft {
  const draft = value as Partial<Draft> | null;
  return (
    typeof draft === "object" &&
    draft !== null &&
    typeof draft.script === "string" &&
    (draft.provider === undefined || typeof draft.provider === "string") &&
    typeof draft.voices === "object" &&
    draft.voices !== null &&
    isFormat(draft.format) &&
    typeof draft.gapMs === "number" &&
    typeof draft.crossfadeMs === "number"
  );
}
