import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSpeech } from "../i18n/strings";
import { answered, api } from "./client";
import { Refused } from "./errors";
import type { FieldProblem, ParsedDialogue } from "./types";

/** A script as it was understood, or what is wrong with it. */
export type Reading =
  | { isDialogue: true; script: string; dialogue: ParsedDialogue }
  | { isDialogue: false; script: string; problems: readonly FieldProblem[] };

export async function parseScript(script: string, signal?: AbortSignal): Promise<Reading> {
  try {
    const dialogue = await answered(
      api().POST("/api/v1/dialogues/parse", { body: { script }, ...(signal ? { signal } : {}) }),
    );
    return { isDialogue: true, script, dialogue };
  } catch (error) {
    if (error instanceof Refused && error.problems.length > 0) {
      return { isDialogue: false, script, problems: error.problems };
    }
    throw error;
  }
}

/** `script` read by the service; what was read before stays until then. Not asked while `enabled` is false. */
export function useReading(script: string, enabled: boolean) {
  const { locale } = useSpeech();
  return useQuery({
    queryKey: ["parse", locale, script],
    queryFn: ({ signal }) => parseScript(script, signal),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    enabled,
  });
}
