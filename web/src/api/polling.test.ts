import { describe, expect, it } from "vitest";
import { isSettling, pollDelayMs, retryAfterSeconds } from "./polling";

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

it.each([
  ["cancelled", "2026-11-30T10:00:00Z", true],
  ["failed", "2026-11-30T10:00:00Z", true],
  ["failed", "2026-11-30T09:59:00Z", false],
  ["completed", "2026-11-30T10:00:00Z", false],
  ["processing", undefined, false],
] as const)("what a job has billed that is %s since %s may still grow: %s", (status, time, expected) => {
  const job = time === undefined ? { status } : { status, completed_at: time };
  expect(isSettling(job, Date.parse("2026-11-30T10:00:10Z"))).toBe(expected);
});
