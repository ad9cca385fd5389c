/** Hearing a sound or a voice: one at a time, wherever it is listed. */

import { useEffect, useSyncExternalStore } from "react";

interface Listening {
  key: string;
  state: "loading" | "playing" | "failed";
  /** Why it is not heard. */
  error?: unknown;
}

let listening: Listening | undefined;
let audio: HTMLAudioElement | undefined;
const listeners = new Set<() => void>();

/** How what goes by `key` is being heard; it ends when what shows it goes. */
export function useListening(key: string): Listening | undefined {
  const current = useSyncExternalStore(subscribe, () => listening);
  useEffect(
    () => () => {
      if (listening?.key === key) stop();
    },
    [key],
  );
  return current?.key === key ? current : undefined;
}

/** Play what is at the address that `locate` finds. */
export async function listen(key: string, locate: () => Promise<string>): Promise<void> {
  stop();
  const own: Listening = { key, state: "loading" };
  set(own);
  try {
    const url = await locate();
    if (listening !== own) return;
    const heard = new Audio(url);
    audio = heard;
    heard.onended = () => audio === heard && stop();
    await heard.play();
    if (audio === heard) set({ key, state: "playing" });
  } catch (error) {
    if (listening === own) set({ key, state: "failed", error });
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
