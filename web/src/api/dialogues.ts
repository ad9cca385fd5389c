import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ONLY_SPEAKER } from "../compose/draft";
import { useSpeech } from "../i18n/strings";
import { answered, api } from "./client";
import { Refused } from "./errors";
import type { components } from "./schema";
import type { FieldProblem, Markup, ParsedDialogue, ScriptAnswer, ScriptFormat } from "./types";

/** A script, and how it is to be read. */
export interface Script {
  script: string;
  markup: Markup;
  /** Undefined when the service is to find it out. */
  format?: ScriptFormat | undefined;
  /** Whether all of it is one text in one voice. */
  isSingle?: boolean;
  /** What was answered to questions about it. */
  answers?: readonly ScriptAnswer[];
}

/** A script as it was understood, or what is wrong with it. */
export type Reading =
  | { isDialogue: true; of: Script; dialogue: ParsedDialogue }
  | { isDialogue: false; of: Script; problems: readonly FieldProblem[] };

export async function parseScript(of: Script, signal?: AbortSignal): Promise<Reading> {
  const { markup, format = "auto", isSingle = false, answers = [] } = of;
  const body = {
    ...(isSingle
      ? { script: JSON.stringify({ turns: [{ speaker: ONLY_SPEAKER, text: of.script }] }), format: "json" }
      : { script: of.script, ...(format !== "auto" && { format }) }),
    ...(answers.length > 0 && !isSingle && { answers }),
    ...(markup !== "auto" && { markup }),
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
export function useReading(asked: Script, enabled: boolean) {
  const { locale } = useSpeech();
  return useQuery({
    queryKey: ["parse", locale, asked],
    queryFn: ({ signal }) => parseScript(asked, signal),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    enabled,
  });
}

/** Whether a reading is one of this script, read in this way. */
export function isReadingOf(reading: Reading | undefined, asked: Script): boolean {
  if (reading?.of.script !== asked.script) return false;
  const { script: _, ...how } = reading.of;
  const { script: __, ...asks } = asked;
  return JSON.stringify(how) === JSON.stringify(asks);
}
