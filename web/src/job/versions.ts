/** Versions of a finished job that were asked for in this tab. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { InputParams, RenderJobRequest, SingleVoiceInputParams } from "../api/types";
import { type AudioForm, formOf } from "../audio/form";
import { CLIP_FIELDS, MUSIC_PLACES, type Music, musicOf } from "../compose/music";

/** What a version is to be like. */
export interface Wish extends AudioForm {
  music: Music;
  coverId: string | undefined;
}

export interface Version {
  /** Of the job that makes it. */
  id: string;
  wish: Wish;
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

/** A job as it is. */
export function wishOf(input: InputParams | SingleVoiceInputParams): Wish {
  return { ...formOf(input), music: musicOf(input), coverId: input.cover_id ?? undefined };
}

export function isSame(one: Wish, other: Wish): boolean {
  return Object.keys(changesOf(one, other)).length === 0;
}

export function hasOtherSounds(own: Wish, wish: Wish): boolean {
  const { music, cover_id } = changesOf(own, wish);
  return music !== undefined || cover_id !== undefined;
}

/** What the service is to be told: only what differs; null for what is taken away. */
export function changesOf(own: Wish, wish: Wish): Partial<RenderJobRequest> {
  const { format, quality, loudness, music, coverId } = wish;
  const hasMusic = MUSIC_PLACES.some((place) => music[place] !== undefined);
  return {
    ...(format !== own.format && { output_format: format }),
    ...(quality !== own.quality && { quality }),
    ...(loudness !== own.loudness && { loudness }),
    // What is in the draft of the music is what the service has, but for its types.
    ...(!isSameMusic(music, own.music) && {
      music: hasMusic ? (music as NonNullable<RenderJobRequest["music"]>) : null,
    }),
    ...(coverId !== own.coverId && { cover_id: coverId ?? null }),
  };
}

function isSameMusic(one: Music, other: Music): boolean {
  return MUSIC_PLACES.every((place) => {
    const [here, there] = [one[place], other[place]];
    return here?.sound_id === there?.sound_id && CLIP_FIELDS.every((field) => here?.[field] === there?.[field]);
  });
}
