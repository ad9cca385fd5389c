import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { parseScript } from "../api/dialogues";
import { useResubmitJob } from "../api/jobs";
import { USUAL_LIMITS, useProviders } from "../api/providers";
import { isSingleVoice, type JobDetail, type SubmittedJob, spokenTurns } from "../api/types";
import { draftOf, turnsOf } from "../compose/draft";
import { isSameDialogue, toScript } from "../compose/script";
import { openDraft } from "../drafts/drafts";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { ErrorNotice } from "../ui/ErrorNotice";
import { go, paths } from "../ui/route";
import { failedTurn } from "./failed-turn";
import { Refusal } from "./Refusal";
import { keepWarnings } from "./warnings";

/** The same dialogue once more: to be edited, or as it is. */
export function Again({ job, user }: { job: JobDetail; user: string }) {
  const { t } = useSpeech();
  const { data: providers } = useProviders();
  const { max_active_jobs: maxJobs } = providers?.[0] ?? USUAL_LIMITS;
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const resubmit = useResubmitJob();
  const edit = useMutation({ mutationFn: () => scriptOf(job) });
  // Not if this is left in the meantime: whoever has signed out leaves no draft.
  const onRead = (script: string) => {
    const failed = failedTurn(job);
    go(openDraft(user, draftOf(job, script), failed && { turn: failed.position }));
  };
  const onSubmitted = (next: SubmittedJob) => {
    keepWarnings(next);
    go(paths.job(next.id));
  };
  const { input_params: input } = job;
  const soundTurns = isSingleVoice(input) ? 0 : input.turns.length - spokenTurns(input).length;
  return (
    <div className="job-again">
      <Button
        icon="edit"
        look={job.status === "completed" ? "quiet" : "primary"}
        unavailable={edit.isPending}
        onClick={() => edit.mutate(undefined, { onSuccess: onRead })}
      >
        {edit.isPending ? t.job.preparing : t.job.edit}
      </Button>
      {soundTurns > 0 && <small>{t.job.soundsBetween(soundTurns)}</small>}
      <Button
        icon="again"
        unavailable={resubmit.isPending}
        onClick={() => resubmit.mutate({ id: job.id, idempotencyKey }, { onSuccess: onSubmitted })}
      >
        {resubmit.isPending ? t.job.resubmitting : t.job.resubmit}
      </Button>
      {resubmit.isError && <Refusal error={resubmit.error} limitSentence={t.limit.keptJob} maxJobs={maxJobs} />}
      {edit.isError && <ErrorNotice error={edit.error} />}
    </div>
  );
}

/** The job's turns as a script that the service reads as the same turns: plainly written where that will do. */
async function scriptOf(job: JobDetail): Promise<string> {
  const turns = turnsOf(job.input_params);
  const plain = toScript(turns);
  const reading = await parseScript({ script: plain, markup: job.input_params.markup ?? "auto" });
  const isRight = reading.isDialogue && isSameDialogue(reading.dialogue.turns, turns);
  return isRight ? plain : toScript(turns, "brackets");
}
