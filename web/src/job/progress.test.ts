import { expect, test } from "vitest";
import type { JobDetail } from "../api/types";
import { progressOf } from "./progress";

const job = (done: number, total: number, ahead?: number): Pick<JobDetail, "progress" | "queue"> => ({
  progress: { completed_segments: done, total_segments: total },
  ...(ahead !== undefined && { queue: { ahead, estimated_start_at: null } }),
});

test.each([
  ["that is not in the queue yet is being planned", job(0, 0), "planning", undefined],
  ["with others before it waits", job(0, 0, 12), "waiting", undefined],
  ["whose turn is next waits", job(0, 0, 0), "waiting", undefined],
  ["that has started is spoken", job(1, 4), "speaking", 0.25],
  ["whose segments are all there is joined", job(4, 4), "joining", 1],
] as const)("a job %s", (_, given, stage, share) => {
  expect(progressOf(given)).toEqual({ stage, share });
});
