import { useStopJob } from "../api/jobs";
import type { JobDetail } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { ErrorNotice } from "../ui/ErrorNotice";

/** Cancels a job that waits, and stops one that is being made, which is asked for twice. */
export function Stop({ job }: { job: JobDetail }) {
  const { t } = useSpeech();
  const stop = useStopJob(job.id);
  if (job.status !== "pending" && job.status !== "processing") return null;
  return (
    <>
      {job.status === "pending" ? (
        <Button icon="close" unavailable={stop.isPending} onClick={() => stop.mutate()}>
          {stop.isPending ? t.job.cancelling : t.job.cancel}
        </Button>
      ) : (
        <Confirm
          label={stop.isPending ? t.job.stopping : t.job.stop}
          icon="close"
          question={t.job.reallyStop}
          yes={t.job.stop}
          no={t.job.keepGoing}
          isPending={stop.isPending}
          onConfirm={() => stop.mutate()}
        />
      )}
      {stop.isError && <ErrorNotice error={stop.error} />}
    </>
  );
}
