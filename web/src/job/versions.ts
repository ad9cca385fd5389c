/** Versions of a finished job that were asked for in this tab. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { RenderJobRequest } from "../api/types";
import type { AudioForm } from "../audio/form";

export interface Version {
  /** Of the job that makes it. */
  id: string;
  form: AudioForm;
  /** Whether it is to be downloaded as soon as it is there. */
  isWanted: boolean;
  hasFailed: boolean;
}

const NONE: readonly Version[] = [];

/** The versions of a job, the latest first; they stay while other screens are looked at. */
export function useVersions(jobId: string) {
  const client = useQueryClient();
  const queryKey = ["versions", jobId];
  const { data: versions = NONE } = useQuery<readonly Version[]>({
    queryKey,
    enabled: false,
    gcTime: Number.POSITIVE_INFINITY,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const change = (next: (before: readonly Version[]) => readonly Version[]) =>
    client.setQueryData<readonly Version[]>(queryKey, (before = NONE) => next(before));
  return {
    versions,
    keep: (version: Version) => change((before) => [version, ...before.filter(({ id }) => id !== version.id)]),
    note: (id: string, part: Partial<Version>) =>
      change((before) => before.map((version) => (version.id === id ? { ...version, ...part } : version))),
  };
}

export function isSameForm(one: AudioForm, other: AudioForm): boolean {
  return one.format === other.format && one.quality === other.quality && one.loudness === other.loudness;
}

/** What the service is to be told: only what differs. */
export function changesOf(own: AudioForm, wanted: AudioForm): Partial<RenderJobRequest> {
  return {
    ...(wanted.format !== own.format && { output_format: wanted.format }),
    ...(wanted.quality !== own.quality && { quality: wanted.quality }),
    ...(wanted.loudness !== own.loudness && { loudness: wanted.loudness }),
  };
}
