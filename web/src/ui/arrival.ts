/** On a new screen the focus goes to its heading; also to one that comes later, as long as nobody has done anything. */

import { useEffect, useRef } from "react";
import { useHash } from "./route";

let isArriving = false;

for (const act of ["pointerdown", "keydown"]) addEventListener(act, () => (isArriving = false), { capture: true });

export function focusIfArriving(heading: HTMLElement | null): void {
  if (isArriving) heading?.focus({ preventScroll: true });
}

/** Notices that the route has changed. A new screen starts at its top; one that was left before, where it was left. */
export function useArrival(): void {
  const hash = useHash();
  const before = useRef(hash.split("?")[0]);
  useEffect(() => {
    const path = hash.split("?")[0];
    if (before.current === path) return;
    before.current = path;
    isArriving = true;
    if (history.state === null) {
      history.replaceState({ isVisited: true }, "");
      scrollTo(0, 0);
    }
    focusIfArriving(document.querySelector("h1"));
  }, [hash]);
}
