/** Limits as a form has them: the deployment's own, a number, or none. */

export type LimitField = "characters_per_day" | "characters_per_month" | "max_active_jobs";

/** What has been set: a field that is missing is the deployment's own, null is no limit. */
export type Changes = Partial<Record<LimitField, number | null>>;

export type Kind = "default" | "set" | "none";

export interface Choice {
  kind: Kind;
  /** As it was typed. */
  number: string;
}

export type Choices = Partial<Record<LimitField, Choice>>;

export function choicesOf(fields: readonly LimitField[], changed: Changes): Choices {
  return Object.fromEntries(fields.map((field) => [field, choiceOf(changed[field])]));
}

/** What the service is to be told; undefined when a number is none. */
export function changesOf(fields: readonly LimitField[], choices: Choices): Changes | undefined {
  const changes: Changes = {};
  for (const field of fields) {
    const { kind, number } = choices[field] ?? choiceOf(undefined);
    if (kind === "none") changes[field] = null;
    if (kind !== "set") continue;
    const value = wholeNumber(number);
    if (value === undefined) return undefined;
    changes[field] = value;
  }
  return changes;
}

/** A whole number, with or without separators of thousands. */
export function wholeNumber(typed: string): number | undefined {
  const digits = typed.trim().replace(/(?<=\d)[,\s\u00a0](?=\d{3})/g, "");
  const value = /^\d+$/.test(digits) ? Number(digits) : undefined;
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

function choiceOf(changed: number | null | undefined): Choice {
  if (changed === undefined) return { kind: "default", number: "" };
  return changed === null ? { kind: "none", number: "" } : { kind: "set", number: String(changed) };
}
