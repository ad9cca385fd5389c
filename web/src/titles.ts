/** What a job's audio is called: in lists, in searches, in its tags and in the name of its file. */

export const TITLE_FIELDS = ["title", "author", "album"] as const;

export type TitleField = (typeof TITLE_FIELDS)[number];

/** As they stand in fields: "" where there is none. */
export type Titles = Readonly<Record<TitleField, string>>;

/** The most that each may have. */
export const MAX_TITLE_CHARACTERS = 200;

export function titlesOf({ title = "", author = "", album = "" }: Partial<Titles>): Titles {
  return { title, author, album };
}

/** Those that there are, without the space around them. */
export function given(titles: Titles): Partial<Titles> {
  return Object.fromEntries(
    TITLE_FIELDS.map((field) => [field, titles[field].trim()] as const).filter(([, value]) => value !== ""),
  );
}

/** What the service is to be told of another writing: only what has changed; null for what was emptied. */
export function changesOf(before: Titles, after: Titles): Partial<Record<TitleField, string | null>> {
  return Object.fromEntries(
    TITLE_FIELDS.map((field) => [field, after[field].trim()] as const)
      .filter(([field, value]) => value !== before[field])
      .map(([field, value]) => [field, value || null]),
  );
}

export function isTitleField(value: string): value is TitleField {
  return TITLE_FIELDS.some((field) => field === value);
}
