import { useActiveJobs } from "../api/jobs";
import { useSpeech } from "../i18n/strings";
import { Notice } from "../ui/Notice";
import { JobLine } from "./JobLine";

/** As many jobs run as may: which they are, and when there is room again. `sentence`: what to do meanwhile. */
export function LimitNotice({ sentence, maxJobs }: { sentence: string; maxJobs: number }) {
  const { t } = useSpeech();
  const { data: jobs } = useActiveJobs();
  if (jobs && jobs.length < maxJobs) return <Notice tone="calm" title={t.limit.free} />;
  return (
    <Notice tone="patience" title={t.limit.title(jobs?.length ?? maxJobs)}>
      <p>{sentence}</p>
      <ul className="limit-jobs">
        {jobs?.map((job) => (
          <li key={job.id}>
            <JobLine job={job} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}
