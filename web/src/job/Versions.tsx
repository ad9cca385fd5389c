import { useEffect, useMemo, useRef, useState } from "react";
import { useJob, useRenderJob } from "../api/jobs";
import { USUAL_LIMITS, useProviders } from "../api/providers";
import { useSounds } from "../api/sounds";
import { isActive, type JobDetail } from "../api/types";
import { FormFields } from "../audio/FormFields";
import { formText } from "../audio/form";
import { MusicFields } from "../compose/MusicPanel";
import { obstacleToSounds, SOUND_PLACES, soundIdsOf } from "../compose/music";
import { CoverChoice } from "../compose/SoundOptions";
import { useSpeech } from "../i18n/strings";
import { useUploads } from "../sounds/uploads";
import { Button } from "../ui/Button";
import { ErrorNotice } from "../ui/ErrorNotice";
import { IconButton } from "../ui/IconButton";
import { Icon } from "../ui/icons";
import { ProgressBar } from "../ui/ProgressBar";
import { paths } from "../ui/route";
import { useDownloadAudio } from "./Downloads";
import { progressOf } from "./progress";
import { Refusal } from "./Refusal";
import { changesOf, hasOtherSounds, isSame, useVersions, type Version, type Wish, wishOf } from "./versions";

/** What uploads for a version are called. */
const WITHIN = "version.";
const PLACES = SOUND_PLACES.map((place) => WITHIN + place);

/** Another format, quality, loudness or music of a finished job: made, followed and downloaded. */
export function Versions({ job }: { job: JobDetail }) {
  const { t } = useSpeech();
  const own = useMemo(() => wishOf(job.input_params), [job]);
  const [wish, setWish] = useState(own);
  const change = (part: Partial<Wish>) => setWish((before) => ({ ...before, ...part }));
  const { versions, keep, note } = useVersions(job.id);
  const render = useRenderJob(job.id);
  const download = useDownloadAudio(job.id);
  const { data: providers } = useProviders();
  const { max_active_jobs: maxJobs } = providers?.[0] ?? USUAL_LIMITS;
  const [isOpen, setIsOpen] = useState(false);
  const { data: sounds } = useSounds({ enabled: isOpen });
  const uploads = useUploads();
  const isOwn = isSame(own, wish);
  // A sound that has been deleted stays in the job, and in its versions.
  const ids = hasOtherSounds(own, wish) ? soundIdsOf(wish.music, wish.coverId) : [];
  const obstacle = obstacleToSounds(ids, sounds, uploads, PLACES);
  const made = versions.find((version) => !version.hasFailed && isSame(version.wish, wish));
  const attempt = useRef({ body: "", key: "" });

  function start(): void {
    if (isOwn) download.mutate();
    else if (made) note(made.id, { isWanted: true });
    else {
      const changes = changesOf(own, wish);
      const body = JSON.stringify(changes);
      if (attempt.current.body !== body) attempt.current = { body, key: crypto.randomUUID() };
      render.mutate(
        { changes, idempotencyKey: attempt.current.key },
        {
          onSuccess: ({ id }) => {
            attempt.current.body = "";
            keep({ id, wish, isWanted: true, hasFailed: false });
          },
        },
      );
    }
  }

  return (
    <details className="card options" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="chevron" />
        <b>{t.job.downloadAs}</b>
      </summary>
      <div className="options-body">
        <FormFields form={wish} onChange={change} />
        <details className="versions-sounds">
          <summary>
            <Icon name="chevron" />
            <span>{t.job.musicAndCover}</span>
          </summary>
          {isOpen && (
            <div>
              <MusicFields
                music={wish.music}
                onChange={(next) => setWish((before) => ({ ...before, music: next(before.music) }))}
                within={WITHIN}
              />
              <CoverChoice coverId={wish.coverId} onChoose={(id) => change({ coverId: id })} within={WITHIN} />
            </div>
          )}
        </details>
        <small>{t.job.downloadAsHint}</small>
        <Button
          icon="download"
          unavailable={render.isPending || download.isPending || made?.isWanted === true || obstacle !== undefined}
          aria-describedby={obstacle && "version-why-not"}
          onClick={start}
        >
          {isOwn || (made && !made.isWanted) ? t.job.download : t.job.makeVersion}
        </Button>
        {obstacle && <small id="version-why-not">{t.compose.whyNot[obstacle]}</small>}
        {render.isError && <Refusal error={render.error} limitSentence={t.limit.keptJob} maxJobs={maxJobs} />}
        {download.isError && <ErrorNotice error={download.error} />}
        {versions.length > 0 && (
          <ul className="versions" aria-label={t.job.versions}>
            {versions.map((version) => (
              <VersionLine
                key={version.id}
                version={version}
                hasOtherSounds={hasOtherSounds(own, version.wish)}
                onChange={(part) => note(version.id, part)}
              />
            ))}
          </ul>
        )}
      </div>
    </details>
  );
}

function VersionLine(props: { version: Version; hasOtherSounds: boolean; onChange(part: Partial<Version>): void }) {
  const { version, hasOtherSounds: isOtherwise, onChange } = props;
  const { t, format } = useSpeech();
  const { id, wish, isWanted } = version;
  const { job, error } = useJob(id);
  const download = useDownloadAudio(id);
  const name = [...formText(wish, t, format), ...(isOtherwise ? [t.job.musicAndCover] : [])].join(" · ");
  const status = job?.status;
  const { mutate } = download;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what happened to the job is told once
  useEffect(() => {
    if (status === "completed" && isWanted) {
      onChange({ isWanted: false });
      mutate();
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
        <IconButton icon="download" name={t.job.downloadVersion(name)} onClick={() => mutate()} />
      )}
      {(error ?? download.error) && <ErrorNotice error={error ?? download.error} />}
    </li>
  );
}
