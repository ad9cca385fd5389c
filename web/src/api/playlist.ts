/** What can be heard of a job that is still being made: an HLS playlist, which grows until the job has ended. */

import { reached, requestTo } from "./client";
import { Refused } from "./errors";

const ASK_AGAIN_AFTER_MS = 300;
const LATER_AFTER_MS = 1500;
/** For how long it is asked for often: jobs that need not wait begin to speak in this time. */
const OFTEN_MS = 10_000;

/** The request for a job's playlist, for a player. */
export function playlistRequest(jobId: string) {
  return requestTo(`/api/v1/jobs/${jobId}/playlist.m3u8`);
}

/** Resolve once there is something to be heard of a job, or never will be. Rejects when `signal` is aborted. */
export async function firstPartIsThere(jobId: string, signal: AbortSignal): Promise<void> {
  const began = Date.now();
  const { url, headers } = playlistRequest(jobId);
  for (;;) {
    const response = await reached(fetch(url, { headers: await headers(), cache: "no-store", signal }));
    const text = await response.text();
    if (!response.ok) throw new Refused(response.status, json(text));
    if (/^#EXTINF|^#EXT-X-ENDLIST/m.test(text)) return;
    const isEarly = Date.now() - began < OFTEN_MS;
    await new Promise((resolve) => setTimeout(resolve, isEarly ? ASK_AGAIN_AFTER_MS : LATER_AFTER_MS));
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
