import type { JobSummary } from "../api/types";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * When the job and its audio are deleted, in ms since 1970: 30 days after it ended, 7 if it was cancelled, at the end of
 * that day in UTC.
 */
export function deletionTime({ status, completed_at }: JobSummary): number | undefined {
  if (completed_at === undefined) return undefined;
  const lastDay = Math.floor(Date.parse(completed_at) / DAY_MS) + (status === "cancelled" ? 7 : 30);
  return (lastDay + 1) * DAY_MS;
}
