/** Hearing a sound: one at a time, wherever it is listed. */

import { useEffect, useSyncExternalStore } from "react";
import { fetchSound } from "../api/sounds";

interface Listening {
  id: string;
  state: "loading" | "playing" | "failed";
}

let listening: Listening | undefined;
let audio: HTMLAudioElement | undefined;
const listeners = new Set<() => void>();

/** How a sound is being heard; it ends when what shows it goes. */
export function useListening(id: string): Listening["state"] | undefined {
  const current = useSyncExternalStore(subscribe, () => listening);
  useEffect(
    () => () => {
      if (listening?.id === id) stop();
    },
    [id],
  );
  return current?.id === id ? current.state : undefined;
}

export async function listen(id: string): Promise<void> {
  stop();
  set({ id, state: "loading" });
  const isStill = () => listening?.id === id && listening.state !== "failed";
  try {
    const { audio_url: url } = await fetchSound(id);
    if (!isStill()) return;
    const own = new Audio(url ?? "");
    audio = own;
    own.onended = () => audio === own && stop();
    await own.play();
    if (audio === own) set({ id, state: "playing" });
  } catch {
    if (isStill()) set({ id, state: "failed" });
  }
}

export function stop(): void {
  audio?.pause();
  audio = undefined;
  set(undefined);
}

function set(next: Listening | undefined): void {
  listening = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
