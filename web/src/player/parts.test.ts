import { expect, it } from "vitest";
import { partsOf, timesOfTurns } from "./parts";

it("tells when each turn is heard, however many parts it has", () => {
  const fragments = [
    { title: "turn 0", start: 0, duration: 2.5 },
    { title: "gap", start: 2.5, duration: 0.3 },
    { title: "turn 4", start: 2.8, duration: 10 },
    { title: "turn 4", start: 12.8, duration: 4 },
    { title: null, start: 16.8, duration: 1 },
  ];

  const times = timesOfTurns(partsOf(fragments));

  expect([...times]).toEqual([
    [0, { start_ms: 0, end_ms: 2500 }],
    [4, { start_ms: 2800, end_ms: 16_800 }],
  ]);
});
