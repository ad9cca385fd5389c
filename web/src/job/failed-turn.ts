import { isSingleVoice, type JobDetail, spokenTurns } from "../api/types";
import { speakerKey } from "../speakers";

interface FailedTurn {
  /** Its place among the turns, counted from 0. */
  position: number;
  speaker: string;
  text: string;
  voiceId: string;
  voiceName: string;
}

/** The turn that a job has failed at; undefined when it has not failed at any. */
export function failedTurn({ error_details: details, input_params: input }: JobDetail): FailedTurn | undefined {
  const index = details?.turn_index;
  if (index === undefined) return undefined;
  if (isSingleVoice(input)) {
    const { text, voice_id: voiceId, voice_name: voiceName } = input;
    return { position: 0, speaker: "", text, voiceId, voiceName: voiceName || voiceId };
  }
  const turns = spokenTurns(input);
  const position = turns.findIndex((turn) => turn.index === index);
  const turn = turns[position];
  if (!turn) return undefined;
  const key = speakerKey(turn.speaker);
  const voice = input.voice_assignments.find(({ speaker }) => speakerKey(speaker) === key);
  const voiceId = voice?.voice_id ?? "";
  return { position, speaker: turn.speaker, text: turn.text, voiceId, voiceName: voice?.voice_name || voiceId };
}
