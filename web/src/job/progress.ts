import type { JobDetail } from "../api/types";

export type Stage = "planning" | "waiting" | "speaking" | "joining";

/** How far a job has come: its stage, and the share of its segments, 0 to 1; no share before it has started. */
export function progressOf({ progress, queue }: Pick<JobDetail, "progress" | "queue">): {
  stage: Stage;
  share: number | undefined;
} {
  const { completed_segments: done, total_segments: total } = progress;
  if (total === 0) return { stage: queue ? "waiting" : "planning", share: undefined };
  return { stage: done < total ? "speaking" : "joining", share: Math.min(done / total, 1) };
}
