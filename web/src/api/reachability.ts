/** Whether the service answered when it was last asked: what the banner tells. */

import { useSyncExternalStore } from "react";

let isReachable = true;
const listeners = new Set<() => void>();

function set(value: boolean): void {
  if (isReachable === value) return;
  isReachable = value;
  for (const listener of listeners) listener();
}

export const noteReached = (): void => set(true);
export const noteUnreachable = (): void => set(false);

export function useIsReachable(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isReachable,
  );
}
