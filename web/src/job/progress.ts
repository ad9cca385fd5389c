import type { JobDetail } from "../api/types";

export type Stage = "planning" | "speaking" | "joining";

/** How far a job has come: its stage, and the share of its segments, 0 to 1; no share before there is a plan. */
export function progressOf({ progress }: Pick<JobDetail, "progress">): { stage: Stage; share: number | undefined } {
  const { completed_segments: done, total_segments: total } = progress;
  if (total === 0) return { stage: "planning", share: undefined };
  return { stage: done < total ? "speaking" : "joining", share: Math.min(done / total, 1) };
}
