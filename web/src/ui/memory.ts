/** What this browser remembers, under names of our own. Where storage is forbidden, nothing is, and nothing breaks. */

const PREFIX = "castline.";

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Remember `value` for the next visit; null forgets. Where there is no room, nothing changes. */
export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Full or forbidden: the page works without.
  }
}

/** The names of all that is remembered. */
export function rememberedNames(): string[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length));
  } catch {
    return [];
  }
}

/** What this tab alone remembers, until it is closed. */
export function rememberedInTab(name: string): string | null {
  try {
    return sessionStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function rememberInTab(name: string, value: string): void {
  try {
    sessionStorage.setItem(PREFIX + name, value);
  } catch {
    // Forbidden: the page works without.
  }
}

/**
 * Delete what this browser keeps of `user`, and all that this tab keeps; the page's language and theme stay.
 *
 * A user's own are the names with a second part: `draft.<user>`.
 */
export function forget(user: string): void {
  try {
    deleteFrom(localStorage, (name) => name.replace(/^[^.]*\./, ".") === `.${user}`);
    deleteFrom(sessionStorage, () => true);
  } catch {
    // Forbidden: nothing was kept.
  }
}

function deleteFrom(storage: Storage, isToGo: (name: string) => boolean): void {
  for (const key of Object.keys(storage)) {
    if (key.startsWith(PREFIX) && isToGo(key.slice(PREFIX.length))) storage.removeItem(key);
  }
}

/** What was remembered as JSON, if it still has the shape that `isValid` looks for. */
export function rememberedJson<T>(name: string, isValid: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(remembered(name) ?? "null");
    return isValid(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
