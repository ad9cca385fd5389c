import { expect, it } from "vitest";
import type { CreateJobRequest, InputParams, SingleVoiceInputParams } from "../api/types";
import { nextTake, noteTake, retaken, spokenTurn } from "./retake";

const DIALOGUE = {
  provider: "azure",
  turns: [
    { speaker: "Ana", text: "Hello.", index: 3 },
    { sound_id: "chime", index: 4 },
    { speaker: "Ben", text: "Hi.", index: 5, take: 2, speed: 0.6 },
  ],
  voice_assignments: [
    { speaker: "Ana", voice_id: "jenny", speed: 1.2, style: "sad" },
    { speaker: "Ben", voice_id: "guy" },
  ],
} as unknown as InputParams;
const TEXT = { provider: "azure", text: "Hello.", voice_id: "jenny", speed: 1, take: 0 } as SingleVoiceInputParams;

it("knows how a turn was spoken: as it is set itself, else as its speaker is", () => {
  expect(spokenTurn(DIALOGUE, 3)).toEqual({ text: "Hello.", voiceId: "jenny", speed: 1.2, style: "sad", take: 0 });
  expect(spokenTurn(DIALOGUE, 5)).toEqual({ text: "Hi.", voiceId: "guy", speed: 0.6, style: undefined, take: 2 });
  expect(spokenTurn(DIALOGUE, 4)).toBeUndefined();
});

it("changes that turn alone", () => {
  const after = retaken(DIALOGUE, 5, { pace: "same", style: undefined, take: 3 }) as CreateJobRequest;
  expect(after.turns[2]).toEqual({ speaker: "Ben", text: "Hi.", index: 5, take: 3, speed: 0.6 });
  expect({ ...after, turns: [] }).toEqual({ ...DIALOGUE, turns: [] });
  expect(after.turns.slice(0, 2)).toEqual(DIALOGUE.turns.slice(0, 2));
});

it("is slower or faster than the turn was, as far as the service goes", () => {
  const slower = retaken(DIALOGUE, 3, { pace: "slower", style: undefined, take: 1 }) as CreateJobRequest;
  expect(slower.turns[0]).toEqual({ speaker: "Ana", text: "Hello.", index: 3, speed: 1.02 });
  const slowest = retaken(DIALOGUE, 5, { pace: "slower", style: "calm", take: 3 }) as CreateJobRequest;
  expect(slowest.turns[2]).toMatchObject({ speed: 0.51, style: "calm", take: 2 });
  expect(retaken(TEXT, 0, { pace: "faster", style: undefined, take: 1 })).toEqual({ ...TEXT, speed: 1.15 });
});

it("counts takes on, also past those that were not kept", () => {
  const spoken = { text: "Hi.", voiceId: "guy", speed: 1, style: undefined, take: 2 };
  expect(nextTake("job", 5, spoken)).toBe(3);
  noteTake("job", 5, 3);
  expect(nextTake("job", 5, spoken)).toBe(4);
  expect(nextTake("job", 6, spoken)).toBe(3);
});
