import { afterEach, expect, it, vi } from "vitest";
import { forget } from "./memory";

/** A browser's storage, whose names are its properties. */
class Kept {
  constructor(content: Record<string, string>) {
    Object.assign(this, content);
  }

  removeItem(name: string): void {
    Reflect.deleteProperty(this, name);
  }
}

afterEach(() => vi.unstubAllGlobals());

it("forgets what is a user's own, and nothing else that the browser keeps", () => {
  const preferences = { "castline.language": "en", "castline.theme": "dark", "another.draft.b": "not ours" };
  const others = { "castline.draft.a.b": "of a.b", "castline.draft.ab": "of ab" };
  vi.stubGlobal("localStorage", new Kept({ ...preferences, ...others, "castline.draft.b": "of b" }));
  vi.stubGlobal("sessionStorage", new Kept({ "castline.refresh-token": "secret", "castline.submission": "key text" }));

  forget("b");

  expect({ ...localStorage }).toEqual({ ...preferences, ...others });
  expect({ ...sessionStorage }).toEqual({});
});

it("finds users whose names have dots", () => {
  vi.stubGlobal("localStorage", new Kept({ "castline.draft.a.b": "of a.b" }));
  vi.stubGlobal("sessionStorage", new Kept({}));

  forget("a.b");

  expect({ ...localStorage }).toEqual({});
});

it("has nothing to forget where storage is forbidden", () => {
  vi.stubGlobal("localStorage", undefined);
  expect(() => forget("b")).not.toThrow();
});
