import { useQuery } from "@tanstack/react-query";
import { answered, api } from "./client";

/** All voices, in the provider's own order. */
export function useVoices() {
  return useQuery({
    queryKey: ["voices"],
    queryFn: async ({ signal }) =>
      (await answered(api().GET("/api/v1/voices", { params: { query: { provider: "azure" } }, signal }))).items,
    staleTime: 60 * 60_000,
    gcTime: 60 * 60_000,
  });
}
