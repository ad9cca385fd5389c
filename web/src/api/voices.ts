import { useQuery } from "@tanstack/react-query";
import { answered, api } from "./client";

/** All voices of a provider, in its own order. Not asked for before it is known which provider. */
export function useVoices(provider: string | undefined) {
  return useQuery({
    queryKey: ["voices", provider],
    queryFn: async ({ signal }) =>
      (await answered(api().GET("/api/v1/voices", { params: { query: provider ? { provider } : {} }, signal }))).items,
    staleTime: 60 * 60_000,
    gcTime: 60 * 60_000,
    enabled: provider !== undefined,
  });
}

/** What voices of a provider are called, by their ids: the ids themselves while, and where, that is not known. */
export function useVoiceNames(provider: string | undefined): (voiceId: string) => string {
  const { data: voices } = useVoices(provider);
  return (voiceId) => voices?.find(({ voice_id }) => voice_id === voiceId)?.name ?? voiceId;
}
