import { expect, it } from "vitest";
import type { JobDetail } from "../api/types";
import { failedTurn } from "./failed-turn";

const job = (error_details?: JobDetail["error_details"]) =>
  ({
    error_details,
    input_params: {
      turns: [
        { speaker: "A", text: "one", index: 10 },
        { speaker: "B", text: "two", index: 20 },
      ],
      voice_assignments: [
        { speaker: "A", voice_id: "en-US-AvaNeural" },
        { speaker: "B", voice_id: "en-US-BrianNeural", voice_name: "Brian" },
      ],
    },
  }) as unknown as JobDetail;

it("finds the turn by its index", () => {
  const found = { position: 1, speaker: "B", text: "two", voiceId: "en-US-BrianNeural", voiceName: "Brian" };
  expect(failedTurn(job({ turn_index: 20, voice_id: "en-US-BrianNeural" }))).toEqual(found);
});

it("finds none when the failure is about none, or about one that there is not", () => {
  expect(failedTurn(job({ turn_index: 7 }))).toBeUndefined();
  expect(failedTurn(job({}))).toBeUndefined();
  expect(failedTurn(job())).toBeUndefined();
});
