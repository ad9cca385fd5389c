/** When to ask for a job again. */

import { isActive, type JobStatus, type JobSummary } from "./types";

const DEFAULT_SECONDS = 2;
const MAX_SECONDS = 60;
/** For how long what a job has billed may still grow after it has failed or was stopped: requests in flight end. */
const SETTLING_MS = 15_000;

/** A `Retry-After` header as seconds: the API writes whole ones. Undefined when there is none. */
export function retryAfterSeconds(headers: Headers): number | undefined {
  const value = headers.get("Retry-After");
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}

/**
 * How long to wait before asking again, in ms; false once the job has ended.
 *
 * The service says how long with each answer. After failures in a row the wait doubles, up to a minute.
 */
export function pollDelayMs(status: JobStatus, retryAfter: number | undefined, failures = 0): number | false {
  if (!isActive(status)) return false;
  const seconds = Math.max(retryAfter ?? DEFAULT_SECONDS, 1) * 2 ** Math.min(failures, 10);
  return Math.min(seconds, MAX_SECONDS) * 1000;
}

/** Whether a job has ended only just now, and what it has billed may still grow. */
export function isSettling(job: Pick<JobSummary, "status" | "completed_at">, now: number): boolean {
  if (job.status !== "failed" && job.status !== "cancelled") return false;
  return job.completed_at !== undefined && now - Date.parse(job.completed_at) < SETTLING_MS;
}
