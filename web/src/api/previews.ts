/** Previews: a few words in a voice, spoken at once, and billed once. */

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { answered, api } from "./client";
import type { Preview, PreviewRequest } from "./types";

/** The most characters that a preview speaks. */
export const MAX_PREVIEW_CHARACTERS = 200;

/** An address is not used any more when it is about to expire. */
const MARGIN_MS = 30_000;

/** Speak something, or fetch what was spoken before in this tab. */
export function useSpeak(): (request: PreviewRequest) => Promise<Preview> {
  const client = useQueryClient();
  return useCallback(
    async (request) => {
      const found = heardBefore(client, request);
      if (found) return found;
      const preview: Preview = await answered(api().POST("/api/v1/previews", { body: request }));
      client.setQueryDefaults(keyOf(request), { gcTime: 15 * 60_000 });
      client.setQueryData(keyOf(request), preview);
      // It is counted in what is left.
      void client.invalidateQueries({ queryKey: ["usage"] });
      return preview;
    },
    [client],
  );
}

/** What was spoken before, as long as it can be heard without asking. */
export function heardBefore(client: QueryClient, request: PreviewRequest): Preview | undefined {
  const preview = client.getQueryData<Preview>(keyOf(request));
  return preview && Date.parse(preview.expires_at) - MARGIN_MS > Date.now() ? preview : undefined;
}

function keyOf(request: PreviewRequest): readonly unknown[] {
  return ["preview", JSON.stringify(request)];
}
