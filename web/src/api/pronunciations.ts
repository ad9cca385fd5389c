/** Pronunciation sets: listed, read, written so that nobody's changes are lost, deleted. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api, reached } from "./client";
import { Refused } from "./errors";
import type { Pronunciation } from "./types";

const LIST = ["pronunciation-sets"];

/** The most that a set may have, and the most sets that a job may name. */
export const MAX_ENTRIES = 1000;
export const MAX_SETS_OF_JOB = 20;

/** A set as it was read. */
export interface KeptSet {
  entries: readonly Pronunciation[];
  etag: string;
}

/** All sets, by name, without their entries. */
export function usePronunciationSets() {
  return useQuery({
    queryKey: LIST,
    queryFn: async ({ signal }) => (await answered(api().GET("/api/v1/pronunciations", { signal }))).items,
  });
}

/** A set; not asked for again by itself, for it is being edited. */
export function usePronunciationSet(name: string) {
  return useQuery({
    queryKey: ["pronunciation-set", name],
    queryFn: async ({ signal }): Promise<KeptSet> => {
      const { data, error, response } = await reached(
        api().GET("/api/v1/pronunciations/{name}", { params: { path: { name } }, signal }),
      );
      if (!response.ok || data === undefined) throw new Refused(response.status, error);
      return { entries: data.entries, etag: response.headers.get("ETag") ?? "" };
    },
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** Write a set's entries. `etag`: of the set as it was read; undefined for a set that there must not be yet. */
export function useSavePronunciationSet() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (set: { name: string; entries: readonly Pronunciation[]; etag: string | undefined }) => {
      const { name, entries, etag } = set;
      const header = etag === undefined ? { "If-None-Match": "*" as const } : { "If-Match": etag };
      return answered(
        api().PUT("/api/v1/pronunciations/{name}", {
          params: { path: { name }, header },
          body: { entries: [...entries] },
        }),
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: LIST }),
  });
}

/** Delete a set, if it still is as it was read. */
export function useDeletePronunciationSet() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ name, etag }: { name: string; etag: string }) => {
      const { error, response } = await reached(
        api().DELETE("/api/v1/pronunciations/{name}", {
          params: { path: { name }, header: { "If-Match": etag } },
        }),
      );
      if (!response.ok) throw new Refused(response.status, error);
    },
    onSettled: () => client.invalidateQueries({ queryKey: LIST }),
  });
}

/** Whether a set was not as it was when it was read. */
export function isChangedElsewhere(error: unknown): boolean {
  return error instanceof Refused && error.code === "PRECONDITION_FAILED";
}
