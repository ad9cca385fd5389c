/** What operators see and set. For everybody else there is none of it: the service answers 404. */

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api, reached } from "./client";
import { Refused } from "./errors";
import {
  type Breaker,
  type Ceiling,
  isActive,
  type JobStatus,
  type OperatedJob,
  type OperatorUsage,
  type UserLimits,
} from "./types";

/** The service's limit. */
export const MAX_REASON_CHARACTERS = 500;

const PAGE_SIZE = 50;
const BREAKER_AGAIN_MS = 30_000;
const WHILE_AT_WORK_MS = 10_000;

/** Whether new jobs are refused; null for users who are no operators, of whom it is not asked again. */
export function useBreaker(user: string | undefined) {
  return useQuery({
    queryKey: ["operators", "breaker", user],
    queryFn: async ({ signal }): Promise<Breaker | null> => {
      try {
        return await answered(api().GET("/api/v1/admin/breaker", { signal }));
      } catch (error) {
        if (error instanceof Refused && (error.status === 404 || error.status === 401)) return null;
        throw error;
      }
    },
    staleTime: ({ state }) => (state.data === null ? Number.POSITIVE_INFINITY : BREAKER_AGAIN_MS),
    enabled: user !== undefined,
  });
}

export function useSetBreaker() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { state: Breaker["state"]; reason?: string }): Promise<Breaker> =>
      answered(api().PUT("/api/v1/admin/breaker", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["operators", "breaker"] }),
  });
}

/** Everybody's usage of a month, in UTC, users page by page; of the current month when none is named. */
export function useOperatorUsage(month: string | undefined) {
  return useInfiniteQuery({
    queryKey: ["operators", "usage", month ?? "now"],
    queryFn: async ({ pageParam, signal }): Promise<OperatorUsage> => {
      const { data } = await usagePage({ month, cursor: pageParam, type: "application/json", signal });
      return data as OperatorUsage;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Everybody's usage of a month as CSV: all pages as one file. */
export async function fetchUsageCsv(month: string): Promise<string> {
  const pages: string[] = [];
  let cursor: string | undefined;
  do {
    const { data, response } = await usagePage({ month, cursor, type: "text/csv" });
    pages.push(data as string);
    cursor = /[?&]cursor=([^&>]+)>; rel="next"/.exec(response.headers.get("Link") ?? "")?.[1];
  } while (cursor !== undefined);
  return joinedCsv(pages);
}

/** Pages of CSV under the header of the first. */
export function joinedCsv(pages: readonly string[]): string {
  return pages.map((page, index) => (index === 0 ? page : page.slice(page.indexOf("\n") + 1))).join("");
}

async function usagePage(asked: {
  month: string | undefined;
  cursor: string | undefined;
  type: "application/json" | "text/csv";
  signal?: AbortSignal;
}) {
  const { month, cursor, type, signal } = asked;
  const query = { ...(month !== undefined && { month }), ...(cursor !== undefined && { cursor }) };
  const { data, error, response } = await reached(
    api().GET("/api/v1/admin/usage", {
      params: { query },
      headers: { Accept: type },
      parseAs: type === "text/csv" ? "text" : "json",
      ...(signal && { signal }),
    }),
  );
  if (!response.ok || data === undefined) throw new Refused(response.status, error);
  return { data, response };
}

export type LimitChanges = UserLimits["changed"];

export function useUserLimits(userId: string) {
  return useQuery({
    queryKey: ["operators", "limits", userId],
    queryFn: ({ signal }): Promise<UserLimits> =>
      answered(api().GET("/api/v1/admin/users/{user_id}/limits", { params: { path: { user_id: userId } }, signal })),
    refetchOnWindowFocus: false,
  });
}

/** Set a user's limits: one that is left out is the deployment's, null is none. */
export function useSetUserLimits(userId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: LimitChanges): Promise<UserLimits> =>
      answered(
        api().PUT("/api/v1/admin/users/{user_id}/limits", {
          params: { path: { user_id: userId } },
          body: changes,
        }),
      ),
    onSuccess: (limits) => client.setQueryData(["operators", "limits", userId], limits),
  });
}

/** How many characters all users together may bill a day. */
export function useCeiling() {
  return useQuery({
    queryKey: ["operators", "ceiling"],
    queryFn: ({ signal }): Promise<Ceiling> => answered(api().GET("/api/v1/admin/limits", { signal })),
    refetchOnWindowFocus: false,
  });
}

export function useSetCeiling() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: Ceiling["changed"]): Promise<Ceiling> =>
      answered(api().PUT("/api/v1/admin/limits", { body: changes })),
    onSuccess: (ceiling) => {
      client.setQueryData(["operators", "ceiling"], ceiling);
      return client.invalidateQueries({ queryKey: ["operators", "usage"] });
    },
  });
}

/** Which jobs an operator looks for. */
export interface JobFilter {
  /** Of submission, in UTC, such as 2026-11-30; undefined for today. */
  day: string | undefined;
  status: JobStatus | undefined;
  userId: string | undefined;
}

export function useOperatorJobs({ day, status, userId }: JobFilter) {
  return useInfiniteQuery({
    queryKey: ["operators", "jobs", day ?? "today", status ?? "all", userId ?? ""],
    queryFn: ({ pageParam, signal }): Promise<{ items: OperatedJob[]; next_cursor: string | null }> => {
      const query = {
        limit: PAGE_SIZE,
        ...(day !== undefined && { day }),
        ...(status !== undefined && { status }),
        ...(userId !== undefined && { user_id: userId }),
        ...(pageParam !== undefined && { cursor: pageParam }),
      };
      return answered(api().GET("/api/v1/admin/jobs", { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) => {
      const isAtWork = state.data?.pages.some(({ items }) => items.some(({ status }) => isActive(status)));
      return isAtWork ? WHILE_AT_WORK_MS : false;
    },
  });
}

/** Fail a job that has not ended. */
export function useFailJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) =>
      answered(
        api().POST("/api/v1/admin/jobs/{job_id}/fail", {
          params: { path: { job_id: id } },
          body: reason === "" ? {} : { reason },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["operators", "jobs"] }),
  });
}
