import { useQuery } from "@tanstack/react-query";
import { answered, api } from "./client";

/** What the service takes as of this writing; what a provider says replaces it. */
export const USUAL_LIMITS = {
  max_turns: 1000,
  max_characters: 100_000,
  max_gap_ms: 2000,
  max_crossfade_ms: 500,
  max_active_jobs: 3,
};

/** The speech providers, the usual one first, and the limits of what may be submitted to each. */
export function useProviders() {
  return useQuery({
    queryKey: ["providers"],
    queryFn: async ({ signal }) => (await answered(api().GET("/api/v1/providers", { signal }))).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
