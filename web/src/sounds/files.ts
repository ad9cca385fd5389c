/** Files that are to become sounds: what they are, whether they will do, and what they are called. */

import { MAX_SOUND_BYTES, MAX_SOUND_NAME_CHARACTERS } from "../api/sounds";
import type { SoundKind } from "../api/types";

/** Media types by file extension: what browsers call these files differs. */
const TYPES: Readonly<Record<string, string>> = {
  aac: "audio/aac",
  aif: "audio/aiff",
  aiff: "audio/aiff",
  flac: "audio/flac",
  m4a: "audio/mp4",
  m4b: "audio/mp4",
  mp3: "audio/mpeg",
  oga: "audio/ogg",
  ogg: "audio/ogg",
  opus: "audio/opus",
  wav: "audio/wav",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  png: "image/png",
};

/** What a file picker offers. */
export const ACCEPTED: Readonly<Record<SoundKind, string>> = { audio: acceptedOf("audio"), image: acceptedOf("image") };

export type FileProblem = "empty" | "tooLarge" | "notAudio" | "notImage" | "unknown";

type NamedFile = Pick<File, "name" | "size" | "type">;

/** The media type of a file, by its extension and else by what the browser says. */
export function contentTypeOf({ name, type }: NamedFile): string {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(TYPES, extension) ? (TYPES[extension] ?? type) : type;
}

export function kindOf(file: NamedFile): SoundKind | undefined {
  const type = contentTypeOf(file);
  if (type.startsWith("audio/")) return "audio";
  return type === "image/jpeg" || type === "image/png" ? "image" : undefined;
}

/** Why a file need not even be sent. `wanted`: what it is to be; undefined when both will do. */
export function problemOf(file: NamedFile, wanted?: SoundKind): FileProblem | undefined {
  const kind = kindOf(file);
  if (wanted !== undefined && kind !== wanted) return wanted === "audio" ? "notAudio" : "notImage";
  if (kind === undefined) return "unknown";
  if (file.size === 0) return "empty";
  return file.size > MAX_SOUND_BYTES[kind] ? "tooLarge" : undefined;
}

/** A file's name without its extension, as the sound is to be called. */
export function soundNameOf({ name }: NamedFile): string {
  const bare = name.replace(/\.[^.]+$/, "").trim() || name.trim();
  return [...bare].slice(0, MAX_SOUND_NAME_CHARACTERS).join("");
}

function acceptedOf(kind: SoundKind): string {
  const own = Object.entries(TYPES).filter(([, type]) => type.startsWith(`${kind}/`));
  return [...(kind === "audio" ? ["audio/*"] : []), ...own.map(([extension]) => `.${extension}`)].join(",");
}
