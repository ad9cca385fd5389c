import { beforeEach, expect, it } from "vitest";
import { keyFor, settle } from "./submission-key";

class Tab {
  readonly #items = new Map<string, string>();
  getItem = (name: string) => this.#items.get(name) ?? null;
  setItem = (name: string, value: string) => void this.#items.set(name, value);
  removeItem = (name: string) => void this.#items.delete(name);
}

let tab: Tab;
beforeEach(() => {
  tab = new Tab();
});

it("is the same when the same is submitted again after a failure", () => {
  expect(keyFor('{"a": 1}', tab)).toBe(keyFor('{"a": 1}', tab));
});

it("is another when something else is submitted", () => {
  expect(keyFor("one", tab)).not.toBe(keyFor("two", tab));
});

it("is another when the same is submitted after an answer", () => {
  const before = keyFor("one", tab);
  settle(tab);
  expect(keyFor("one", tab)).not.toBe(before);
});
