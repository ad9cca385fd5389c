/** Uploads under way in this tab. They go on while other screens are looked at. */

import { useEffect, useRef, useSyncExternalStore } from "react";
import { Unreachable } from "../api/errors";
import { createSound, deleteSound, useNoteSound } from "../api/sounds";
import type { NewSound, Sound, SoundKind } from "../api/types";
import { contentTypeOf, type FileProblem, problemOf, soundNameOf } from "./files";

/** A file that cannot become a sound, which is known without sending it. */
export class UnusableFile extends Error {
  readonly problem: FileProblem;

  constructor(problem: FileProblem) {
    super(problem);
    this.problem = problem;
  }
}

/** The storage has refused a file. */
export class UploadRefused extends Error {}

export interface Upload {
  key: string;
  /** What it is for, such as `intro`. */
  place: string;
  name: string;
  /** The id of the sound that it is to become; undefined until the service has given one. */
  soundId: string | undefined;
  /** How much has been sent, 0 to 1. */
  share: number;
  /** What has become of it; whoever wanted it takes it over, and dismisses the upload. */
  sound?: Sound;
  /** Why it has failed. */
  error?: unknown;
}

let uploads: readonly Upload[] = [];
const stops = new Map<string, AbortController>();
const listeners = new Set<() => void>();
const sent = new Set<string>();

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(subscribe, () => uploads);
}

/** The uploads for a place. What has become of them is handed to `onSound`, once. */
export function useUploadsFor(place: string, onSound?: (sound: Sound) => void): readonly Upload[] {
  const own = useUploads().filter((upload) => upload.place === place);
  const noteSound = useNoteSound();
  const latest = useRef(onSound);
  latest.current = onSound;
  useEffect(() => {
    for (const { key, sound } of own) {
      if (!sound) continue;
      dismiss(key);
      noteSound(sound);
      latest.current?.(sound);
    }
  });
  return own.filter(({ sound }) => sound === undefined);
}

/** Whether this tab has sent the sound's file: then it is being checked, and else nobody knows what it waits for. */
export function wasSent(soundId: string): boolean {
  return sent.has(soundId);
}

/** Whether an upload is under way. */
export function isSending({ sound, error }: Upload): boolean {
  return sound === undefined && error === undefined;
}

/** Send a file to become a sound. `kind`: what it has to be. */
export async function startUpload(file: File, { place, kind }: { place: string; kind?: SoundKind }): Promise<void> {
  const [key, name] = [crypto.randomUUID(), soundNameOf(file)];
  let upload: Upload = { key, place, name, soundId: undefined, share: 0 };
  update([...uploads, upload]);
  const stop = new AbortController();
  stops.set(key, stop);
  try {
    const problem = problemOf(file, kind);
    if (problem !== undefined) throw new UnusableFile(problem);
    const sound = await createSound({
      name,
      size_bytes: file.size,
      content_type: contentTypeOf(file),
    });
    upload = { ...upload, soundId: sound.id };
    put(upload);
    try {
      await send(file, sound.upload, stop.signal, (share) => put({ ...upload, share }));
    } catch (error) {
      // Nothing will come of it.
      await deleteSound(sound.id).catch(() => undefined);
      throw error;
    }
    sent.add(sound.id);
    put({ ...upload, share: 1, sound });
  } catch (error) {
    put({ ...upload, error });
  } finally {
    stops.delete(key);
  }
}

/** Break an upload off. */
export function cancelUpload(key: string): void {
  dismiss(key);
  stops.get(key)?.abort();
}

/** Break all uploads off, and forget those that have ended. */
export function cancelUploads(): void {
  for (const { key } of uploads) cancelUpload(key);
}

/** Forget what has failed in a place. */
export function dismissFailed(place: string): void {
  update(uploads.filter((upload) => upload.place !== place || upload.error === undefined));
}

/** Forget an upload that has ended. */
export function dismiss(key: string): void {
  update(uploads.filter((upload) => upload.key !== key));
}

/** A PUT with progress, which `fetch` does not tell. */
function send(
  file: File,
  { method, url, headers }: NewSound["upload"],
  stop: AbortSignal,
  onShare: (share: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    stop.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onShare(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new UploadRefused(`HTTP ${request.status}`));
    };
    request.onerror = () => reject(new Unreachable("the upload broke off"));
    request.onabort = () => reject(new UploadRefused("cancelled"));
    stop.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/** Tell how an upload stands, unless it was cancelled. */
function put(upload: Upload): void {
  update(uploads.map((other) => (other.key === upload.key ? upload : other)));
}

function update(next: readonly Upload[]): void {
  const [was, is] = [uploads.some(isSending), next.some(isSending)];
  uploads = next;
  // Whoever closes the tab is asked whether to lose what is on its way.
  if (is && !was) addEventListener("beforeunload", ask);
  if (was && !is) removeEventListener("beforeunload", ask);
  for (const listener of listeners) listener();
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
