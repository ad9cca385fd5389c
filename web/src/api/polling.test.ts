import { describe, expect, it } from "vitest";
import { pollDelayMs, retryAfterSeconds } from "./polling";

describe("when to ask again", () => {
  it.each(["pending", "processing"] as const)("while %s: as the service says", (status) => {
    expect(pollDelayMs(status, 7)).toBe(7000);
  });

  it.each(["completed", "failed", "cancelled"] as const)("never when %s", (status) => {
    expect(pollDelayMs(status, 2)).toBe(false);
  });

  it("after two seconds when the service says nothing, and never at once", () => {
    expect(pollDelayMs("pending", undefined)).toBe(2000);
    expect(pollDelayMs("pending", 0)).toBe(1000);
  });

  it("twice as late after each failure, up to a minute", () => {
    expect([0, 1, 2, 3, 10, 99].map((failures) => pollDelayMs("processing", 2, failures))).toEqual([
      2000, 4000, 8000, 16_000, 60_000, 60_000,
    ]);
  });
});

it.each([
  ["2", 2],
  [null, undefined],
  ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
])("Retry-After: %s", (value, seconds) => {
  expect(retryAfterSeconds(new Headers(value === null ? {} : { "Retry-After": value }))).toBe(seconds);
});
