/** Sounds: the music and the covers that a user has uploaded. Listed, looked at, created, deleted. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSpeech } from "../i18n/strings";
import { answered, api, reached } from "./client";
import { Refused } from "./errors";
import type { components } from "./schema";
import type { NewSound, Sound, SoundKind, SoundLink } from "./types";

const LIST = ["sounds"];

const BUSY_MS = 1_500;
const IDLE_MS = 10_000;
/** For how long a sound that is waiting is looked at often: it is checked within seconds after its upload. */
const SOON_MS = 3 * 60_000;

/** The service's limits. */
export const MAX_SOUNDS = 100;
export const MAX_SOUND_MINUTES = 15;
export const MAX_SOUND_NAME_CHARACTERS = 200;
export const MAX_SOUND_BYTES: Readonly<Record<SoundKind, number>> = {
  audio: 50 * 1024 * 1024,
  image: 5 * 1024 * 1024,
};
export const KEPT_UNUSED_DAYS = 30;

/** All sounds, the newest first; asked for again while one of them is waiting to be uploaded or checked. */
export function useSounds({ enabled = true }: { enabled?: boolean } = {}) {
  const { locale } = useSpeech();
  return useQuery({
    queryKey: [...LIST, locale],
    queryFn: async ({ signal }) => (await answered(api().GET("/api/v1/sounds", { signal }))).items,
    refetchInterval: ({ state }) => {
      const waiting = state.data?.filter(({ status }) => status === "waiting") ?? [];
      if (waiting.length === 0) return false;
      const isNew = waiting.some(({ created_at }) => Date.now() - Date.parse(created_at) < SOON_MS);
      return isNew ? BUSY_MS : IDLE_MS;
    },
    enabled,
  });
}

/** A ready sound with the address at which it is heard or seen, for a few minutes; null when there is no such sound. */
export function useSound(id: string | null | undefined) {
  return useQuery({
    queryKey: ["sound", id],
    queryFn: async ({ signal }) => {
      try {
        return await fetchSound(id ?? "", signal);
      } catch (error) {
        if (isNoSuchSound(error)) return null;
        throw error;
      }
    },
    staleTime: 5 * 60_000,
    refetchOnWindowFocus: false,
    enabled: typeof id === "string",
  });
}

export function fetchSound(id: string, signal?: AbortSignal): Promise<SoundLink> {
  return answered(
    api().GET("/api/v1/sounds/{sound_id}", { params: { path: { sound_id: id } }, ...(signal ? { signal } : {}) }),
  );
}

/** A new sound, and where its file is to be put. */
export function createSound(sound: { name: string; size_bytes: number; content_type: string }): Promise<NewSound> {
  // The service says itself which media types it takes.
  return answered(api().POST("/api/v1/sounds", { body: sound as components["schemas"]["CreateSoundRequest"] }));
}

export async function deleteSound(id: string): Promise<void> {
  const { error, response } = await reached(
    api().DELETE("/api/v1/sounds/{sound_id}", { params: { path: { sound_id: id } } }),
  );
  if (!response.ok && response.status !== 404) throw new Refused(response.status, error);
}

export function useDeleteSound() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: deleteSound,
    onSettled: () => client.invalidateQueries({ queryKey: LIST }),
  });
}

/** Notes a new sound, so that it is in the list before that is asked for again. */
export function useNoteSound(): (sound: Sound) => void {
  const client = useQueryClient();
  return (sound) => {
    client.setQueriesData<Sound[]>({ queryKey: LIST }, (before) =>
      before?.some(({ id }) => id === sound.id) ? before : before && [sound, ...before],
    );
    void client.invalidateQueries({ queryKey: LIST });
  };
}

export function isNoSuchSound(error: unknown): boolean {
  return error instanceof Refused && error.status === 404;
}
