/** One turn of a job in another way: the job's input with that turn changed. */

import {
  type CreateJobRequest,
  type CreateSingleVoiceJobRequest,
  type InputParams,
  isSingleVoice,
  type SingleVoiceInputParams,
  spokenTurns,
} from "../api/types";
import { RANGES } from "../compose/delivery";
import { speakerKey } from "../speakers";

export type Input = InputParams | SingleVoiceInputParams;
export type JobRequest = CreateJobRequest | CreateSingleVoiceJobRequest;

/** How a turn was spoken. */
export interface Spoken {
  text: string;
  voiceId: string;
  speed: number;
  style: string | undefined;
  take: number;
}

export const PACES = ["slower", "same", "faster"] as const;

export type Pace = (typeof PACES)[number];

export interface Wanted {
  pace: Pace;
  /** Undefined for the style that the turn has. */
  style: string | undefined;
  /** The number of the take, where nothing else changes. */
  take: number;
}

const FACTORS: Record<Pace, number> = { slower: 0.85, same: 1, faster: 1.15 };

/** How the turn of an index was spoken; undefined when the job has no such turn. A single text is turn 0. */
export function spokenTurn(input: Input, index: number): Spoken | undefined {
  if (isSingleVoice(input)) {
    const { text, voice_id: voiceId, speed, style, take = 0 } = input;
    return { text, voiceId, speed, style, take };
  }
  const turn = spokenTurns(input).find((each) => each.index === index);
  if (!turn) return undefined;
  const key = speakerKey(turn.speaker);
  const voice = input.voice_assignments.find(({ speaker }) => speakerKey(speaker) === key);
  return {
    text: turn.text,
    voiceId: voice?.voice_id ?? "",
    speed: turn.speed ?? voice?.speed ?? RANGES.speed.usual,
    style: turn.style ?? voice?.style ?? undefined,
    take: turn.take ?? 0,
  };
}

export function isAnotherTake({ pace, style }: Wanted): boolean {
  return pace === "same" && style === undefined;
}

/** The request for a job in which one turn is as it is wanted, and everything else as it was. */
export function retaken(input: Input, index: number, wanted: Wanted): JobRequest {
  const before = spokenTurn(input, index);
  if (!before) return input as unknown as JobRequest;
  const changes = {
    ...(wanted.pace !== "same" && { speed: paced(before.speed, wanted.pace) }),
    ...(wanted.style !== undefined && { style: wanted.style }),
    ...(isAnotherTake(wanted) && { take: wanted.take }),
  };
  const next = isSingleVoice(input)
    ? { ...input, ...changes }
    : {
        ...input,
        turns: input.turns.map((turn) => ("speaker" in turn && turn.index === index ? { ...turn, ...changes } : turn)),
      };
  // What is stored of a request is what was sent, but for what has a default: the contract's types ask for that.
  return next as unknown as JobRequest;
}

function paced(speed: number, pace: Pace): number {
  const { min, max } = RANGES.speed;
  return Math.round(Math.min(Math.max(speed * FACTORS[pace], min), max) * 100) / 100;
}

/** The highest take of each turn that was made in this tab, by job and turn: a take that was not kept is not offered again. */
const made = new Map<string, number>();

/** The number of the next take of a turn that has not been made yet. */
export function nextTake(jobId: string, index: number, { take }: Spoken): number {
  return Math.max(take, made.get(`${jobId} ${index}`) ?? 0) + 1;
}

export function noteTake(jobId: string, index: number, take: number): void {
  made.set(`${jobId} ${index}`, Math.max(take, made.get(`${jobId} ${index}`) ?? 0));
}
