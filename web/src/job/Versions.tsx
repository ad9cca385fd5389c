import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Refused } from "../api/errors";
import { fetchDownload, useJob, useRenderJob } from "../api/jobs";
import { USUAL_LIMITS, useProviders } from "../api/providers";
import { isActive, type JobDetail } from "../api/types";
import { FormFields } from "../audio/FormFields";
import { formOf, formText } from "../audio/form";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { ErrorNotice } from "../ui/ErrorNotice";
import { IconButton } from "../ui/IconButton";
import { Icon } from "../ui/icons";
import { ProgressBar } from "../ui/ProgressBar";
import { paths } from "../ui/route";
import { saveFile } from "../ui/save-file";
import { LimitNotice } from "./LimitNotice";
import { progressOf } from "./progress";
import { changesOf, isSameForm, useVersions, type Version } from "./versions";

/** Another format, quality or loudness of a finished job: made, followed and downloaded. */
export function Versions({ job }: { job: JobDetail }) {
  const { t } = useSpeech();
  const own = formOf(job.input_params);
  const [form, setForm] = useState(own);
  const { versions, keep, note } = useVersions(job.id);
  const render = useRenderJob(job.id);
  const download = useDownload();
  const { data: providers } = useProviders();
  const { max_active_jobs: maxJobs } = providers?.[0] ?? USUAL_LIMITS;
  const isOwn = isSameForm(form, own);
  const made = versions.find((version) => !version.hasFailed && isSameForm(version.form, form));
  const isLimited = render.error instanceof Refused && render.error.code === "JOB_LIMIT_EXCEEDED";

  function start(): void {
    if (isOwn) download.mutate(job.id);
    else if (made) note(made.id, { isWanted: true });
    else {
      const failures = versions.filter((version) => version.hasFailed && isSameForm(version.form, form)).length;
      // The same wish, from whatever tab, is the same job.
      const idempotencyKey = ["version", job.id, form.format, form.quality, form.loudness, failures].join("-");
      render.mutate(
        { changes: changesOf(own, form), idempotencyKey },
        { onSuccess: ({ id }) => keep({ id, form, isWanted: true, hasFailed: false }) },
      );
    }
  }

  return (
    <details className="card options">
      <summary>
        <Icon name="chevron" />
        <b>{t.job.downloadAs}</b>
      </summary>
      <div className="options-body">
        <FormFields form={form} onChange={(part) => setForm({ ...form, ...part })} />
        <small>{t.job.downloadAsHint}</small>
        <Button
          icon="download"
          unavailable={render.isPending || download.isPending || made?.isWanted === true}
          onClick={start}
        >
          {isOwn || (made && !made.isWanted) ? t.job.download : t.job.makeVersion}
        </Button>
        {isLimited ? (
          <LimitNotice sentence={t.limit.keptJob} maxJobs={maxJobs} />
        ) : (
          render.isError && <ErrorNotice error={render.error} />
        )}
        {download.isError && <ErrorNotice error={download.error} />}
        {versions.length > 0 && (
          <ul className="versions" aria-label={t.job.versions}>
            {versions.map((version) => (
              <VersionLine key={version.id} version={version} onChange={(part) => note(version.id, part)} />
            ))}
          </ul>
        )}
      </div>
    </details>
  );
}

function VersionLine({ version, onChange }: { version: Version; onChange(part: Partial<Version>): void }) {
  const { t, format } = useSpeech();
  const { id, form, isWanted } = version;
  const { job, error } = useJob(id);
  const download = useDownload();
  const name = formText(form, t, format).join(" · ");
  const status = job?.status;
  const { mutate } = download;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what happened to the job is told once
  useEffect(() => {
    if (status === "completed" && isWanted) {
      onChange({ isWanted: false });
      mutate(id);
    }
    if (status === "failed" || status === "cancelled") onChange({ isWanted: false, hasFailed: true });
  }, [status, isWanted]);
  return (
    <li>
      <div>
        <a href={paths.job(id)}>{name}</a>
        {status !== undefined && isActive(status) && (
          <>
            <small>{t.job.making}</small>
            <ProgressBar label={t.job.downloadVersion(name)} share={job && progressOf(job).share} />
          </>
        )}
        {status === "failed" && (
          <small className="version-failed" role="alert">
            {job?.error_message ?? t.errors.unexpected}
          </small>
        )}
        {status === "completed" && <small role="status">{t.status.completed}</small>}
      </div>
      {status === "completed" && (
        <IconButton icon="download" name={t.job.downloadVersion(name)} onClick={() => mutate(id)} />
      )}
      {(error ?? download.error) && <ErrorNotice error={error ?? download.error} />}
    </li>
  );
}

function useDownload() {
  return useMutation({
    mutationFn: (id: string) => fetchDownload(id, "attachment"),
    onSuccess: ({ download_url, filename }) => saveFile(download_url, filename),
  });
}
