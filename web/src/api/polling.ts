/** When to ask for a job again. */

import { isActive, type JobStatus } from "./types";

const DEFAULT_SECONDS = 2;
const MAX_SECONDS = 60;

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
