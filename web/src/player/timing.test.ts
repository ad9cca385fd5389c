import { describe, expect, it } from "vitest";
import { neighbour, turnAt } from "./timing";

// The third overlaps the second; between the first and the second there is a pause.
const timings = [{ start_ms: 10 }, { start_ms: 2900 }, { start_ms: 5000 }, { start_ms: 9000 }];

describe("the turn that is heard", () => {
  it.each([
    [0, -1],
    [10, 0],
    [2899, 0],
    [2900, 1],
    [5000, 2],
    [8999, 2],
    [60_000, 3],
  ])("at %i ms is number %i", (ms, position) => {
    expect(turnAt(timings, ms)).toBe(position);
  });

  it("is none when there are none", () => {
    expect(turnAt([], 100)).toBe(-1);
  });

  it("agrees with a search from the start, whatever the time", () => {
    const many = Array.from({ length: 1000 }, (_, index) => ({ start_ms: index * 37 + (index % 5) }));
    for (let ms = 0; ms < 38_000; ms += 13) {
      expect(turnAt(many, ms)).toBe(many.filter(({ start_ms }) => start_ms <= ms).length - 1);
    }
  });
});

describe("going on and back", () => {
  it("goes to the next turn's start, and nowhere after the last", () => {
    expect(neighbour(timings, 0, 1)).toBe(10);
    expect(neighbour(timings, 3000, 1)).toBe(5000);
    expect(neighbour(timings, 9500, 1)).toBeUndefined();
  });

  it("goes to the start of the turn when well into it, and to the turn before when not", () => {
    expect(neighbour(timings, 4800, -1)).toBe(2900);
    expect(neighbour(timings, 3200, -1)).toBe(10);
    expect(neighbour(timings, 50, -1)).toBe(10);
    expect(neighbour(timings, 0, -1)).toBeUndefined();
  });
});
