import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSpeech } from "../i18n/strings";
import { answered, api } from "./client";
import { Refused } from "./errors";
import type { components } from "./schema";
import type { FieldProblem, Markup, ParsedDialogue, ScriptFormat } from "./types";

/** A script, and how it is to be read. */
export interface Script {
  script: string;
  markup: Markup;
  /** Undefined when the service is to find it out. */
  format?: ScriptFormat | undefined;
}

/** A script as it was understood, or what is wrong with it. */
export type Reading =
  | { isDialogue: true; of: Script; dialogue: ParsedDialogue }
  | { isDialogue: false; of: Script; problems: readonly FieldProblem[] };

export async function parseScript(of: Script, signal?: AbortSignal): Promise<Reading> {
  const { script, markup, format = "auto" } = of;
  const body = {
    script,
    ...(markup !== "auto" && { markup }),
    ...(format !== "auto" && { format }),
  } as components["schemas"]["ParseDialogueRequest"];
  try {
    const dialogue = await answered(api().POST("/api/v1/dialogues/parse", { body, ...(signal ? { signal } : {}) }));
    return { isDialogue: true, of, dialogue };
  } catch (error) {
    if (error instanceof Refused && error.problems.length > 0) {
      return { isDialogue: false, of, problems: error.problems };
    }
    throw error;
  }
}

/** A script read by the service; what was read before stays until then. Not asked while `enabled` is false. */
export function useReading({ script, markup, format }: Script, enabled: boolean) {
  const { locale } = useSpeech();
  return useQuery({
    queryKey: ["parse", locale, markup, format ?? "auto", script],
    queryFn: ({ signal }) => parseScript({ script, markup, format }, signal),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    enabled,
  });
}

/** Whether a reading is one of this script, read in this way. */
export function isReadingOf(reading: Reading | undefined, { script, markup, format }: Script): boolean {
  const { of } = reading ?? {};
  return of !== undefined && of.script === script && of.markup === markup && of.format === format;
}
