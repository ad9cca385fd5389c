import { expect, it } from "vitest";
import type { JobDetail } from "../api/types";
import { readable, turnNamedIn } from "./failed-turn";

const job = (error_message?: string) =>
  ({
    error_message,
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

it("finds the turn that a message names by its index", () => {
  const found = { position: 1, speaker: "B", text: "two", voiceName: "Brian" };
  expect(turnNamedIn(job("index 20 這一句沒有產生聲音"))).toEqual(found);
  expect(turnNamedIn(job("The turn of index 20 made no sound."))).toEqual(found);
});

it("finds none when the message names none, or one that there is not", () => {
  expect(turnNamedIn(job("執行逾時"))).toBeUndefined();
  expect(turnNamedIn(job("index 7 這一句"))).toBeUndefined();
  expect(turnNamedIn(job())).toBeUndefined();
});

it("numbers the turn as the page shows it", () => {
  expect(readable("找不到 index 20 這一句使用的聲音", 1)).toBe("找不到第 2 句使用的聲音");
  expect(readable("The turn of index 20 made no sound.", 1)).toBe("Turn 2 made no sound.");
  expect(readable("cannot speak the turn of index 20.", 1)).toBe("cannot speak turn 2.");
});
