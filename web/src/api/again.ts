/** Jobs from the input of other jobs: what they would bill, and submitted. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSpeech } from "../i18n/strings";
import { answered, api } from "./client";
import {
  type CreateJobRequest,
  type CreateSingleVoiceJobRequest,
  type Estimate,
  type InputParams,
  isSingleVoice,
  type SingleVoiceInputParams,
  type SubmittedJob,
} from "./types";

type Input = InputParams | SingleVoiceInputParams;

/** Estimate what a job of an input would bill, as of now. */
export function useEstimateOf(input: Input) {
  const { locale } = useSpeech();
  return useQuery({
    queryKey: ["estimate of", locale, JSON.stringify(input)],
    queryFn: ({ signal }): Promise<Estimate> =>
      answered(
        isSingleVoice(input)
          ? api().POST("/api/v1/jobs/tts/estimate", { body: asText(input), signal })
          : api().POST("/api/v1/jobs/estimate", { body: asDialogue(input), signal }),
      ),
    // What is stored, and so need not be billed again, changes with every job.
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}

/** Submit a job of an input. */
export function useSubmitInput() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ input, idempotencyKey }: { input: Input; idempotencyKey: string }): Promise<SubmittedJob> => {
      const params = { header: { "Idempotency-Key": idempotencyKey } };
      return answered(
        isSingleVoice(input)
          ? api().POST("/api/v1/jobs/tts", { body: asText(input), params })
          : api().POST("/api/v1/jobs", { body: asDialogue(input), params }),
      );
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
}

// What is stored of a request is what was sent, but for what has a default: the types of the contract ask for that.
function asDialogue(input: InputParams): CreateJobRequest {
  return input as unknown as CreateJobRequest;
}

function asText(input: SingleVoiceInputParams): CreateSingleVoiceJobRequest {
  return input as unknown as CreateSingleVoiceJobRequest;
}
