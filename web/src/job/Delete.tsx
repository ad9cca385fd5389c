import { useDeleteJob } from "../api/jobs";
import { useSpeech } from "../i18n/strings";
import { Confirm } from "../ui/Confirm";
import { ErrorNotice } from "../ui/ErrorNotice";

interface Props {
  job: { id: string };
  title: string;
  onDeleted(): void;
}

/** Deletes a job that has ended, with its audio. */
export function Delete({ job, title, onDeleted }: Props) {
  const { t } = useSpeech();
  const remove = useDeleteJob();
  return (
    <>
      <Confirm
        label={remove.isPending ? t.job.deleting : t.job.delete}
        name={t.job.deleteJob(title)}
        icon="delete"
        look="plain"
        question={t.job.reallyDelete}
        yes={t.job.delete}
        no={t.job.keep}
        isPending={remove.isPending}
        onConfirm={() => remove.mutate(job.id, { onSuccess: onDeleted })}
      />
      {remove.isError && <ErrorNotice error={remove.error} />}
    </>
  );
}
