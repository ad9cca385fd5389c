/** The Idempotency-Key of a submission: made once, and used again when the same is submitted again after a failure. */

const KEY = "castline.submission";

type Tab = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** The key for `body`; the one of the last attempt, if that had the same body and has not been `settle`d. */
export function keyFor(body: string, tab: Tab = sessionStorage): string {
  const [key, last] = split(tab.getItem(KEY));
  if (key !== undefined && last === body) return key;
  const fresh = crypto.randomUUID();
  tab.setItem(KEY, `${fresh} ${body}`);
  return fresh;
}

/** The submission has been answered: the next one is another, even if it says the same. */
export function settle(tab: Tab = sessionStorage): void {
  tab.removeItem(KEY);
}

function split(kept: string | null): [key?: string, body?: string] {
  if (kept === null) return [];
  const space = kept.indexOf(" ");
  return [kept.slice(0, space), kept.slice(space + 1)];
}
