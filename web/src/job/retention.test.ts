import { expect, test } from "vitest";
import type { JobStatus, JobSummary } from "../api/types";
import { deletionTime } from "./retention";

const job = (status: JobStatus, completed_at?: string): JobSummary => ({
  id: "01a20fd9-3b02-7a6d-a1f3-0c9d8e7f6a5b",
  status,
  job_type: "multi_role_tts",
  provider: "azure",
  created_at: "2026-01-20T10:29:00Z",
  ...(completed_at && { completed_at }),
});

test.each([
  ["completed", "2026-01-20T10:30:00Z", "2026-02-20T00:00:00Z"],
  ["failed", "2026-01-20T00:00:00Z", "2026-02-20T00:00:00Z"],
  ["cancelled", "2026-01-20T23:59:59Z", "2026-01-28T00:00:00Z"],
] as const)("a %s job is deleted at the end of the last day of its retention, in UTC", (status, ended, deleted) => {
  expect(deletionTime(job(status, ended))).toBe(Date.parse(deleted));
});

test("an active job is not deleted", () => {
  expect(deletionTime(job("processing"))).toBeUndefined();
});
