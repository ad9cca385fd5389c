/** Drafts: kept by this browser for each user, until they are submitted or deleted. */

import { type Draft, EMPTY_DRAFT, isDraft } from "../compose/draft";
import { remember, remembered, rememberedInTab, rememberedJson, rememberedNames, rememberInTab } from "../ui/memory";
import { paths } from "../ui/route";

/** More are not kept: the one that was left alone the longest goes, and can be brought back. */
export const MAX_DRAFTS = 30;

export interface KeptDraft {
  id: string;
  /** When it was last changed, in milliseconds since 1970. */
  changedAt: number;
  draft: Draft;
  /** The turn at which the job that is edited has failed, counted from 0. */
  failedTurn?: number;
}

// The browser forgets what a user has when they sign out by these names: see `forget`.
const nameOf = (user: string, id: string) => `draft-${id}.${user}`;
const deletedName = (user: string) => `deleted-draft.${user}`;
const openName = (user: string) => `open-draft.${user}`;
const earlierName = (user: string) => `draft.${user}`;

/** What was opened last in this tab: there may be no room to keep it. */
let opened: KeptDraft | undefined;

/** All drafts, the one that was changed last first. */
export function listDrafts(user: string): KeptDraft[] {
  adoptEarlierDraft(user);
  return rememberedNames()
    .filter((name) => name.startsWith("draft-") && name.endsWith(`.${user}`))
    .map((name) => name.slice("draft-".length, -user.length - 1))
    .flatMap((id) => (id.includes(".") ? [] : (readDraft(user, id) ?? [])))
    .sort((one, other) => other.changedAt - one.changedAt);
}

export function readDraft(user: string, id: string): KeptDraft | undefined {
  const kept = rememberedJson(nameOf(user, id), isKept);
  return kept && { ...kept, id, draft: { ...EMPTY_DRAFT, ...kept.draft } };
}

/** The draft that this tab shows: the one that it has shown before, else the one that was changed last. */
export function openedDraft(user: string): KeptDraft {
  const id = rememberedInTab(openName(user));
  const drafts = listDrafts(user);
  const found = id === null ? drafts[0] : drafts.find((draft) => draft.id === id);
  if (found) return open(user, found);
  if (opened !== undefined && opened.id === id) return opened;
  return open(user, { id: id ?? crypto.randomUUID(), changedAt: Date.now(), draft: EMPTY_DRAFT });
}

/** Have this tab show another draft that is kept, or else an empty one. */
export function switchDraft(user: string, id?: string): KeptDraft {
  const found = id === undefined ? undefined : readDraft(user, id);
  return open(user, found ?? { id: crypto.randomUUID(), changedAt: Date.now(), draft: EMPTY_DRAFT });
}

/**
 * Keep `draft` beside those that there are, and have this tab show it next.
 *
 * @param at the turn at which a job has failed, counted from 0: its line is marked.
 * @returns the path of the screen that shows it.
 */
export function openDraft(user: string, draft: Draft, at?: { turn: number }): string {
  const id = crypto.randomUUID();
  open(user, { id, changedAt: Date.now(), draft, ...(at && { failedTurn: at.turn }) });
  keepDraft(user, id, draft, at?.turn);
  return paths.compose;
}

/** Keep a draft as it is now; an empty one is not kept. Returns false where the browser has no room for it. */
export function keepDraft(user: string, id: string, draft: Draft, failedTurn?: number): boolean {
  const name = nameOf(user, id);
  if (isEmpty(draft)) {
    remember(name, null);
    return true;
  }
  const before = rememberedJson(name, isKept);
  if (before && JSON.stringify(before.draft) === JSON.stringify(draft) && before.failedTurn === failedTurn) return true;
  if (!before) makeRoom(user);
  const kept = JSON.stringify({ changedAt: Date.now(), draft, failedTurn });
  remember(name, kept);
  return remembered(name) === kept;
}

/** Delete a draft that has been submitted. */
export function dropDraft(user: string, id: string): void {
  remember(nameOf(user, id), null);
}

/** Delete a draft; the last one that was deleted can be brought back. */
export function deleteDraft(user: string, id: string): void {
  const draft = readDraft(user, id);
  if (draft) remember(deletedName(user), JSON.stringify(draft));
  remember(nameOf(user, id), null);
}

/** The draft that was deleted last. */
export function deletedDraft(user: string): KeptDraft | undefined {
  const kept = rememberedJson(deletedName(user), isKept);
  return kept && { ...kept, id: String(kept.id), draft: { ...EMPTY_DRAFT, ...kept.draft } };
}

export function undeleteDraft(user: string): void {
  const kept = deletedDraft(user);
  if (!kept) return;
  keepDraft(user, kept.id, kept.draft, kept.failedTurn);
  remember(deletedName(user), null);
}

/** Tell `onChange` when another tab has changed a draft. Returns an end to that. */
export function watchDraft(user: string, id: string, onChange: (draft: Draft) => void): () => void {
  const listener = ({ key, newValue }: StorageEvent) => {
    if (newValue === null || !key?.endsWith(nameOf(user, id))) return;
    const kept = readDraft(user, id);
    if (kept) onChange(kept.draft);
  };
  addEventListener("storage", listener);
  return () => removeEventListener("storage", listener);
}

function open(user: string, draft: KeptDraft): KeptDraft {
  opened = draft;
  rememberInTab(openName(user), draft.id);
  return draft;
}

function makeRoom(user: string): void {
  for (const { id } of listDrafts(user).slice(MAX_DRAFTS - 1)) deleteDraft(user, id);
}

/** Earlier versions of the page have kept one draft a user. */
function adoptEarlierDraft(user: string): void {
  const draft = rememberedJson(earlierName(user), isDraft);
  if (!draft) return;
  remember(earlierName(user), null);
  keepDraft(user, crypto.randomUUID(), { ...EMPTY_DRAFT, ...draft });
}

function isEmpty(draft: Draft): boolean {
  return JSON.stringify({ ...draft, dealt: {} }) === JSON.stringify(EMPTY_DRAFT);
}

function isKept(value: unknown): value is Omit<KeptDraft, "draft"> & { draft: Partial<Draft> } {
  if (typeof value !== "object" || value === null) return false;
  const kept: Partial<Record<keyof KeptDraft, unknown>> = value;
  return (
    typeof kept.changedAt === "number" &&
    isDraft(kept.draft) &&
    (kept.failedTurn === undefined || typeof kept.failedTurn === "number")
  );
}
