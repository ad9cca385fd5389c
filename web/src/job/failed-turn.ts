import { isSingleVoice, type JobDetail } from "../api/types";
import { speakerKey } from "../speakers";

interface FailedTurn {
  /** Its place among the turns, counted from 0. */
  position: number;
  speaker: string;
  text: string;
  voiceName: string | undefined;
}

/** The turn that a job has failed at; undefined when it has not failed at any. */
export function failedTurn({ error_details: details, input_params: input }: JobDetail): FailedTurn | undefined {
  const index = details?.turn_index;
  if (index === undefined) return undefined;
  if (isSingleVoice(input)) {
    return { position: 0, speaker: "", text: input.text, voiceName: input.voice_name || input.voice_id };
  }
  const position = input.turns.findIndex((turn) => turn.index === index);
  const turn = input.turns[position];
  if (!turn) return undefined;
  const key = speakerKey(turn.speaker);
  const voice = input.voice_assignments.find(({ speaker }) => speakerKey(speaker) === key);
  return { position, speaker: turn.speaker, text: turn.text, voiceName: voice?.voice_name || voice?.voice_id };
}
