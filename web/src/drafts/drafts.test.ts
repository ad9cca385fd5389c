import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EMPTY_DRAFT } from "../compose/draft";
import { withSound } from "../compose/music";
import { forget } from "../ui/memory";
import { memoryStorage } from "../ui/memory-storage";
import {
  deleteDraft,
  deletedDraft,
  dropDraft,
  keepDraft,
  listDrafts,
  MAX_DRAFTS,
  openDraft,
  openedDraft,
  switchDraft,
  undeleteDraft,
} from "./drafts";

const written = (script: string) => ({ ...EMPTY_DRAFT, script });
const scripts = (user = "anna") => listDrafts(user).map(({ draft }) => draft.script);

let now = 0;

beforeEach(() => {
  vi.stubGlobal("localStorage", memoryStorage());
  vi.stubGlobal("sessionStorage", memoryStorage());
  vi.spyOn(Date, "now").mockImplementation(() => ++now);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("opens a draft beside the one that is being written, and comes back to that", () => {
  const first = openedDraft("anna");
  keepDraft("anna", first.id, written("A: Mine"));

  openDraft("anna", written("A: A job's"), { turn: 2 });

  expect(openedDraft("anna")).toMatchObject({ draft: { script: "A: A job's" }, failedTurn: 2 });
  expect(scripts()).toEqual(["A: A job's", "A: Mine"]);
  expect(switchDraft("anna", first.id).draft.script).toBe("A: Mine");
});

it("shows the draft that was changed last when a tab is opened, and the same one when it is loaded again", () => {
  keepDraft("anna", "one", written("A: One"));
  keepDraft("anna", "two", written("A: Two"));
  expect(openedDraft("anna").id).toBe("two");

  keepDraft("anna", "one", written("A: One, later"));
  expect(openedDraft("anna").id).toBe("two");
  vi.stubGlobal("sessionStorage", memoryStorage());
  expect(openedDraft("anna").id).toBe("one");
});

it("begins an empty draft after one has been submitted", () => {
  const first = openedDraft("anna");
  keepDraft("anna", first.id, written("A: Sent"));
  keepDraft("anna", "other", written("A: Other"));

  dropDraft("anna", first.id);
  switchDraft("anna");

  expect(openedDraft("anna").draft).toEqual(EMPTY_DRAFT);
  expect(scripts()).toEqual(["A: Other"]);
});

it("brings back the draft that was deleted last", () => {
  keepDraft("anna", "one", written("A: One"));
  deleteDraft("anna", "one");
  expect(scripts()).toEqual([]);
  expect(deletedDraft("anna")?.draft.script).toBe("A: One");

  undeleteDraft("anna");

  expect(scripts()).toEqual(["A: One"]);
  expect(deletedDraft("anna")).toBeUndefined();
});

it("keeps so many, and lets the oldest be brought back", () => {
  for (let number = 0; number <= MAX_DRAFTS; number++) keepDraft("anna", `d${number}`, written(`A: ${number}`));
  expect(scripts()).toHaveLength(MAX_DRAFTS);
  expect(deletedDraft("anna")?.draft.script).toBe("A: 0");
});

it("says when there is no room, and shows the draft all the same", () => {
  vi.stubGlobal("localStorage", memoryStorage({}, 1_000));
  expect(keepDraft("anna", "small", written("A: Hi"))).toBe(true);
  expect(keepDraft("anna", "large", written("A".repeat(1_000)))).toBe(false);

  openDraft("anna", written("B".repeat(1_000)));
  expect(openedDraft("anna").draft.script).toBe("B".repeat(1_000));
});

it("keeps no empty draft, and none of another user", () => {
  keepDraft("anna", "one", { ...EMPTY_DRAFT, dealt: { A: { voice_id: "Ava", language: "en" } } });
  keepDraft("ben.anna", "two", written("A: Ben's"));
  expect(scripts()).toEqual([]);
  expect(scripts("ben.anna")).toEqual(["A: Ben's"]);
});

it("takes over the draft that earlier versions of the page have kept", () => {
  const earlier = { script: "A: Hi", voices: {}, format: "wav", gapMs: 200, crossfadeMs: 0 };
  vi.stubGlobal("localStorage", memoryStorage({ "castline.draft.anna": JSON.stringify(earlier) }));

  expect(openedDraft("anna").draft).toEqual({ ...EMPTY_DRAFT, ...earlier });
  expect(localStorage.getItem("castline.draft.anna")).toBeNull();
  expect(scripts()).toEqual(["A: Hi"]);
});

it("keeps music and a cover, and passes over what is no draft", () => {
  const draft = { ...EMPTY_DRAFT, quality: "studio", music: withSound({}, "bed", "rain"), coverId: "picture" } as const;
  keepDraft("anna", "one", draft);
  localStorage.setItem(
    "castline.draft-two.anna",
    JSON.stringify({ changedAt: 1, draft: { ...draft, music: { bed: 1 } } }),
  );
  expect(listDrafts("anna").map((kept) => kept.draft)).toEqual([draft]);
});

it("is forgotten with the user", () => {
  keepDraft("anna", "one", written("A: One"));
  deleteDraft("anna", "one");
  keepDraft("anna", "two", written("A: Two"));
  openedDraft("anna");

  forget("anna");

  expect(Object.keys(localStorage)).toEqual([]);
  expect(Object.keys(sessionStorage)).toEqual([]);
});
