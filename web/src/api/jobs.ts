/** Jobs: looked at, listed, submitted, stopped, deleted, downloaded. */

import { type QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useSpeech } from "../i18n/strings";
import type { TitleField } from "../titles";
import { answered, api, reached } from "./client";
import { Refused } from "./errors";
import { isSettling, pollDelayMs, retryAfterSeconds } from "./polling";
import {
  type CreateJobRequest,
  type CreateSingleVoiceJobRequest,
  type Download,
  isActive,
  isSingleVoice,
  type JobDetail,
  type JobStatus,
  type JobSummary,
  type RenderJobRequest,
  type SubtitleFormat,
  type Timing,
} from "./types";

const PAGE_SIZE = 20;
const SETTLING_DELAY_MS = 3_000;

interface Sighting {
  job: JobDetail;
  etag: string | null;
  retryAfter: number | undefined;
}

const jobKey = (id: string, locale: string) => ["job", id, locale] as const;

/** A job as it is now; asked for again as often as the service wishes, until it has ended. Not while hidden. */
export function useJob(id: string, { enabled = true }: { enabled?: boolean } = {}) {
  const client = useQueryClient();
  const { locale } = useSpeech();
  const query = useQuery({
    queryKey: jobKey(id, locale),
    queryFn: ({ signal }) => lookAt(id, client.getQueryData<Sighting>(jobKey(id, locale)), signal),
    refetchInterval: ({ state }) => {
      if (!state.data) return false;
      const { job, retryAfter } = state.data;
      if (isSettling(job, Date.now())) return SETTLING_DELAY_MS;
      return pollDelayMs(job.status, retryAfter, state.fetchFailureCount);
    },
    staleTime: ({ state }) => (state.data && !isActive(state.data.job.status) ? 60_000 : 0),
    enabled,
  });
  const status = query.data?.job.status;
  useEffect(() => {
    if (status !== undefined) void refreshListsThatDiffer(client, id, status);
  }, [client, id, status]);
  return { ...query, job: query.data?.job };
}

/**
 * Every job of a status, or of any, newest first, page by page; with `q` those whose titles have its words.
 *
 * Until other words are answered, the jobs of the last ones stay.
 */
export function useJobs(status: JobStatus | undefined, q: string) {
  return useInfiniteQuery({
    queryKey: ["jobs", "pages", status ?? "all", q],
    queryFn: ({ pageParam, signal }) => list({ status, q, cursor: pageParam, signal }),
    placeholderData: (last, query) => (query?.queryKey[2] === (status ?? "all") ? last : undefined),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** The jobs that are pending or processing. */
export function useActiveJobs() {
  return useQuery({
    queryKey: ["jobs", "active"],
    queryFn: async ({ signal }): Promise<JobSummary[]> => {
      const pages = await Promise.all([list({ status: "pending", signal }), list({ status: "processing", signal })]);
      const found = new Map(pages.flatMap((page) => page.items).map((job) => [job.id, job]));
      return [...found.values()];
    },
    refetchInterval: 2_000,
  });
}

export interface Submission {
  request: CreateJobRequest | CreateSingleVoiceJobRequest;
  idempotencyKey: string;
}

export function useSubmitJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ request, idempotencyKey }: Submission) => {
      const params = { header: { "Idempotency-Key": idempotencyKey } };
      return answered(
        isSingleVoice(request)
          ? api().POST("/api/v1/jobs/tts", { body: request, params })
          : api().POST("/api/v1/jobs", { body: request, params }),
      );
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
}

export function useResubmitJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, idempotencyKey }: { id: string; idempotencyKey: string }) =>
      answered(
        api().POST("/api/v1/jobs/{job_id}/resubmit", {
          params: { path: { job_id: id }, header: { "Idempotency-Key": idempotencyKey } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
}

/** Make another file of what was spoken for a completed job: a job of its own. */
export function useRenderJob(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ changes, idempotencyKey }: { changes: Partial<RenderJobRequest>; idempotencyKey: string }) =>
      answered(
        api().POST("/api/v1/jobs/{job_id}/renditions", {
          params: { path: { job_id: id }, header: { "Idempotency-Key": idempotencyKey } },
          body: changes,
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
}

/** End a job: one that waits is cancelled, one that is being made stops when what is in flight has been spoken. */
export function useStopJob(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => answered(api().POST("/api/v1/jobs/{job_id}/stop", { params: { path: { job_id: id } } })),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["job", id] }),
        client.invalidateQueries({ queryKey: ["jobs"] }),
        client.invalidateQueries({ queryKey: ["usage"] }),
      ]),
  });
}

/** Delete a job that has ended, with its audio. */
export function useDeleteJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string): Promise<void> => {
      const { response, error } = await reached(
        api().POST("/api/v1/jobs/{job_id}/delete", { params: { path: { job_id: id } } }),
      );
      if (!response.ok) throw new Refused(response.status, error);
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
}

/** Change titles of a job: what is left out stays, null removes. Done when the job has been looked at again. */
export function useRenameJob(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: Partial<Record<TitleField, string | null>>) =>
      answered(api().PATCH("/api/v1/jobs/{job_id}", { params: { path: { job_id: id } }, body: changes })),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["job", id] }),
        client.invalidateQueries({ queryKey: ["jobs"] }),
      ]),
  });
}

/** Where the audio is, to be played. The address works for a quarter of an hour. */
export function useAudioAddress(id: string, { enabled = true }: { enabled?: boolean } = {}) {
  return useQuery({
    queryKey: ["audio", id],
    queryFn: () => fetchDownload(id, "inline"),
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10 * 60_000,
    refetchOnWindowFocus: false,
  });
}

/** When each word of the audio is heard; none where that is not known, or too much for an answer. */
export function useWords(id: string, { enabled }: { enabled: boolean }) {
  return useQuery({
    queryKey: ["words", id],
    queryFn: async ({ signal }): Promise<readonly Timing[]> => {
      const { data, response } = await reached(
        api().GET("/api/v1/jobs/{job_id}/timings", {
          params: { path: { job_id: id }, query: { level: "word" } },
          // It would lead to a file in the storage, which pages may not read.
          redirect: "manual",
          signal,
        }),
      );
      return response.ok && data ? data.items : [];
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    enabled,
  });
}

export function fetchDownload(id: string, disposition: "inline" | "attachment"): Promise<Download> {
  return answered(
    api().GET("/api/v1/jobs/{job_id}/download", {
      params: { path: { job_id: id }, query: { disposition }, header: { Accept: "application/json" } },
      headers: { Accept: "application/json" },
    }),
  );
}

/** Subtitles, or with each word's time, as a file's text and its name; those too large for an answer as where they are. */
export async function fetchSubtitles(
  id: string,
  format: SubtitleFormat,
  words = false,
): Promise<{ text: string; filename: string; contentType: string } | Download> {
  const { data, error, response } = await reached(
    api().GET("/api/v1/jobs/{job_id}/subtitles", {
      params: { path: { job_id: id }, query: { format, ...(words && { words: "true" as const }) } },
      headers: { Accept: "application/json" },
      parseAs: "text",
    }),
  );
  if (!response.ok || typeof data !== "string") throw new Refused(response.status, error);
  const contentType = response.headers.get("Content-Type") ?? "text/plain";
  if (contentType.startsWith("application/json")) return JSON.parse(data) as Download;
  const named = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  return {
    text: data,
    filename: named ?? `castline-${id.slice(-8)}.${format}`,
    contentType,
  };
}

/** A job once, without following it. */
export async function fetchJob(id: string, signal?: AbortSignal): Promise<JobDetail> {
  return (await lookAt(id, undefined, signal)).job;
}

async function lookAt(id: string, before: Sighting | undefined, signal: AbortSignal | undefined): Promise<Sighting> {
  const { data, error, response } = await reached(
    api().GET("/api/v1/jobs/{job_id}", {
      params: { path: { job_id: id }, header: before?.etag ? { "If-None-Match": before.etag } : {} },
      ...(signal ? { signal } : {}),
    }),
  );
  const retryAfter = retryAfterSeconds(response.headers);
  if (response.status === 304 && before) return { ...before, retryAfter };
  if (!response.ok || data === undefined) throw new Refused(response.status, error);
  return { job: data, etag: response.headers.get("ETag"), retryAfter };
}

function list({
  status,
  q,
  cursor,
  signal,
}: {
  status: JobStatus | undefined;
  q?: string;
  cursor?: string | undefined;
  signal: AbortSignal;
}) {
  const query = { limit: PAGE_SIZE, ...(status && { status }), ...(q && { q }), ...(cursor && { cursor }) };
  return answered(api().GET("/api/v1/jobs", { params: { query }, signal }));
}

/** A job that is seen to have moved on makes the lists stale that still show it as it was. */
async function refreshListsThatDiffer(client: QueryClient, id: string, status: JobStatus): Promise<void> {
  await client.invalidateQueries({
    queryKey: ["jobs"],
    predicate: ({ state }) => jobsIn(state.data).some((job) => job.id === id && job.status !== status),
  });
}

/** The jobs of a cached list, whether it is one list or pages. */
function jobsIn(data: unknown): readonly JobSummary[] {
  if (Array.isArray(data)) return data;
  const pages = (data as { pages?: { items: JobSummary[] }[] } | undefined)?.pages ?? [];
  return pages.flatMap((page) => page.items);
}
