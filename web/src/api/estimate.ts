import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useSpeech } from "../i18n/strings";
import { useDebounced } from "../ui/use-debounced";
import { answered, api } from "./client";
import { type CreateJobRequest, type CreateSingleVoiceJobRequest, type Estimate, isSingleVoice } from "./types";

const ASK_AFTER_MS = 700;

/**
 * Estimate what a request would bill, once it has been left alone for a while.
 *
 * The last estimate stays until the next one is there; `isOfRequest` says whether it is of this request. Not asked
 * while `request` is undefined.
 */
export function useEstimate(request: CreateJobRequest | CreateSingleVoiceJobRequest | undefined) {
  const { locale } = useSpeech();
  const body = request === undefined ? undefined : JSON.stringify(request);
  const settled = useDebounced(body, ASK_AFTER_MS);
  const query = useQuery({
    queryKey: ["estimate", locale, settled],
    queryFn: ({ signal }): Promise<Estimate> => {
      const asked = JSON.parse(settled ?? "") as CreateJobRequest | CreateSingleVoiceJobRequest;
      return answered(
        isSingleVoice(asked)
          ? api().POST("/api/v1/jobs/tts/estimate", { body: asked, signal })
          : api().POST("/api/v1/jobs/estimate", { body: asked, signal }),
      );
    },
    placeholderData: keepPreviousData,
    // What is stored, and so need not be billed again, changes with every job.
    gcTime: 0,
    refetchOnWindowFocus: false,
    enabled: settled !== undefined && settled === body,
  });
  const isOfRequest = body !== undefined && settled === body && !query.isPlaceholderData;
  return {
    estimate: query.data,
    isOfRequest,
    error: body !== undefined && settled === body ? query.error : null,
  };
}
