/** Voices for speakers, dealt by the service. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSpeech } from "../i18n/strings";
import { answered, api } from "./client";
import type { CastRequest, DealtCast } from "./types";

/**
 * Ask which voice each speaker is to have, and in which language they speak.
 *
 * Asked again when speakers, their languages or the voices that were chosen for them change, which `of` says; not when
 * a voice that was dealt is only told again. The last answer stays until the next one is there.
 */
export function useCasting(request: CastRequest | undefined, of: string) {
  const { locale } = useSpeech();
  return useQuery({
    queryKey: ["cast", locale, of],
    queryFn: async ({ signal }): Promise<{ of: string; cast: DealtCast }> => {
      const body = request as CastRequest;
      return { of, cast: await answered(api().POST("/api/v1/dialogues/cast", { body, signal })) };
    },
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    // What is dealt depends on what was dealt before.
    gcTime: 0,
    refetchOnWindowFocus: false,
    enabled: request !== undefined,
  });
}
