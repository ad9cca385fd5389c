/** Music in a dialogue: which sounds are heard before, after and under the speech, and how. */

import type { InputParams, Sound } from "../api/types";
import type { Upload } from "../sounds/uploads";

export const MUSIC_PLACES = ["intro", "outro", "bed"] as const;

export type MusicPlace = (typeof MUSIC_PLACES)[number];

export const CLIP_FIELDS = ["gain_db", "fade_in_ms", "fade_out_ms", "overlap_ms", "duck_db"] as const;

export type ClipField = (typeof CLIP_FIELDS)[number];

/** A sound and how it is heard. `overlap_ms` is for jingles, `duck_db` for beds. */
export type PlacedSound = { readonly sound_id: string } & { readonly [field in ClipField]?: number };

export type Music = { readonly [place in MusicPlace]?: PlacedSound | undefined };

const JINGLE = { gain_db: 0, fade_in_ms: 0, fade_out_ms: 0, overlap_ms: 0 };

/** How a sound is heard when nothing is said. The same values as the service's `music_schemas.py`. */
export const USUAL: Readonly<Record<MusicPlace, Readonly<Partial<Record<ClipField, number>>>>> = {
  intro: JINGLE,
  outro: JINGLE,
  bed: { gain_db: -12, fade_in_ms: 2_000, fade_out_ms: 4_000, duck_db: 10 },
};

/** What can be set here. The service takes from −60 to 20 dB of volume, and 60 dB of lowering. */
export const CLIP_RANGES: Readonly<Record<ClipField, { min: number; max: number; step: number }>> = {
  gain_db: { min: -40, max: 20, step: 1 },
  fade_in_ms: { min: 0, max: 30_000, step: 250 },
  fade_out_ms: { min: 0, max: 30_000, step: 250 },
  overlap_ms: { min: 0, max: 30_000, step: 250 },
  duck_db: { min: 0, max: 40, step: 1 },
};

export function clipFieldsOf(place: MusicPlace): readonly ClipField[] {
  return CLIP_FIELDS.filter((field) => USUAL[place][field] !== undefined);
}

/** `music` with another sound in one place; undefined leaves none there. */
export function withSound(music: Music, place: MusicPlace, soundId: string | undefined): Music {
  const { [place]: before, ...others } = music;
  return soundId === undefined ? others : { ...others, [place]: { ...USUAL[place], ...before, sound_id: soundId } };
}

/** The music of a job. */
export function musicOf({ music }: Pick<InputParams, "music">): Music {
  return Object.fromEntries(
    MUSIC_PLACES.flatMap((place) => {
      const placed = music?.[place];
      return placed ? [[place, { ...USUAL[place], ...placed }]] : [];
    }),
  );
}

export function isMusic(value: unknown): value is Music {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(
    ([place, sound]) => MUSIC_PLACES.some((known) => known === place) && isPlacedSound(sound),
  );
}

function isPlacedSound(value: unknown): value is PlacedSound {
  if (typeof value !== "object" || value === null) return false;
  const { sound_id: id, ...how } = value as Record<string, unknown>;
  return (
    typeof id === "string" &&
    Object.entries(how).every(
      ([field, each]) => CLIP_FIELDS.some((known) => known === field) && typeof each === "number",
    )
  );
}

/** What sounds are uploaded for, the cover included. */
export const SOUND_PLACES: readonly string[] = [...MUSIC_PLACES, "cover"];

/** The ids of the sounds of a dialogue. */
export function soundIdsOf(music: Music, coverId: string | undefined): string[] {
  return [coverId, ...MUSIC_PLACES.map((place) => music[place]?.sound_id)].filter((id) => id !== undefined);
}

/**
 * Why sounds cannot be used yet.
 *
 * @param ids of those that are asked for.
 * @param sounds those that there are; undefined while that is not known.
 */
export function obstacleToSounds(
  ids: readonly string[],
  sounds: readonly Sound[] | undefined,
  uploads: readonly Pick<Upload, "place" | "error">[],
  places: readonly string[],
): "uploading" | "checking" | "sounds" | undefined {
  if (uploads.some(({ place, error }) => places.includes(place) && error === undefined)) return "uploading";
  if (sounds === undefined) return undefined;
  const statuses = ids.map((id) => sounds.find((sound) => sound.id === id)?.status);
  if (statuses.some((status) => status === undefined || status === "failed")) return "sounds";
  return statuses.includes("waiting") ? "checking" : undefined;
}
