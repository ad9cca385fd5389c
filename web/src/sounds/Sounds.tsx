import { useEffect, useRef, useState } from "react";
import {
  KEPT_UNUSED_DAYS,
  MAX_SOUND_BYTES,
  MAX_SOUND_MINUTES,
  MAX_SOUNDS,
  useDeleteSound,
  useNoteSound,
  useSounds,
} from "../api/sounds";
import type { Sound } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorNotice } from "../ui/ErrorNotice";
import { FileButton } from "../ui/FileButton";
import { Heading } from "../ui/Heading";
import { IconButton } from "../ui/IconButton";
import { Skeleton } from "../ui/Skeleton";
import { useDrop } from "../ui/use-drop";
import { Cover } from "./Cover";
import { ACCEPTED } from "./files";
import { Listen } from "./Listen";
import { SoundStatus } from "./SoundStatus";
import "./sounds.css";
import { UploadStatus } from "./UploadStatus";
import { dismissFailed, startUpload, useUploads, useUploadsFor } from "./uploads";

const PLACE = "sounds";
const MIB = 1024 * 1024;

/** The user's sounds: uploaded, heard, deleted. */
export default function Sounds() {
  const { t, format } = useSpeech();
  const sounds = useSounds();
  const uploads = useUploads();
  const shown = [...useUploadsFor(PLACE), ...uploads.filter(({ place, sound }) => place !== PLACE && !sound)];
  const noteSound = useNoteSound();
  const noted = useRef(new Set<string>());
  useEffect(() => {
    // What was uploaded for a dialogue waits there, and is in the list already.
    for (const { sound } of uploads) {
      if (!sound || noted.current.has(sound.id)) continue;
      noted.current.add(sound.id);
      noteSound(sound);
    }
  });
  const upload = (files: readonly File[]) => {
    dismissFailed(PLACE);
    for (const file of files) void startUpload(file, { place: PLACE });
  };
  const drop = useDrop(upload);
  const kept = sounds.data?.filter(({ id }) => !shown.some(({ soundId }) => soundId === id));
  return (
    <div className="sounds">
      <header className="screen-head">
        <Heading title={t.sounds.title} />
        <p className="lead">{t.sounds.lead}</p>
      </header>
      <div className="drop" {...drop}>
        <FileButton
          label={t.sounds.upload}
          icon="upload"
          look="primary"
          accept={`${ACCEPTED.audio},${ACCEPTED.image}`}
          multiple
          onFiles={upload}
        />
        <p>{t.sounds.dropHere}</p>
        <small>
          {t.sounds.limits({
            sounds: format.number(MAX_SOUNDS),
            audioMb: format.number(MAX_SOUND_BYTES.audio / MIB),
            minutes: format.number(MAX_SOUND_MINUTES),
            imageMb: format.number(MAX_SOUND_BYTES.image / MIB),
          })}{" "}
          {t.sounds.keptUnused(format.number(KEPT_UNUSED_DAYS))}
        </small>
      </div>
      {shown.length > 0 && (
        <ul className="card uploads" aria-label={t.sounds.uploads}>
          {shown.map((each) => (
            <li key={each.key}>
              <UploadStatus upload={each} />
            </li>
          ))}
        </ul>
      )}
      {sounds.isPending && <Skeleton lines={3} />}
      {sounds.isError && <ErrorNotice error={sounds.error} onRetry={() => void sounds.refetch()} />}
      {kept?.length === 0 && shown.length === 0 && <EmptyState title={t.sounds.none} hint={t.sounds.noneHint} />}
      {kept && kept.length > 0 && (
        <section className="card" aria-labelledby="sounds-label">
          <div className="card-head">
            <h2 id="sounds-label">{t.sounds.kept}</h2>
            <small className="sound-count">
              {t.sounds.count(format.number(kept.length), format.number(MAX_SOUNDS))}
            </small>
          </div>
          <ul className="sound-list" aria-labelledby="sounds-label">
            {kept.map((sound) => (
              <SoundLine key={sound.id} sound={sound} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function SoundLine({ sound }: { sound: Sound }) {
  const { t, format } = useSpeech();
  const { name, kind, status, size_bytes, duration_ms, channels, loudness_lufs, expires_at, error } = sound;
  const [isDeleting, setIsDeleting] = useState(false);
  const remove = useDeleteSound();
  const facts = [
    kind === "image" ? t.sounds.image : undefined,
    duration_ms == null ? undefined : format.clock(duration_ms),
    loudness_lufs == null ? undefined : format.lufs(loudness_lufs),
    channels == null ? undefined : channels === 1 ? t.sounds.mono : t.sounds.stereo,
    format.bytes(size_bytes),
  ].filter((fact) => fact !== undefined);
  const isReady = status === "ready";
  return (
    <li className="sound">
      <span className="sound-listen">
        {isReady && (kind === "image" ? <Cover id={sound.id} name={name} /> : <Listen sound={sound} />)}
      </span>
      <div className="sound-body">
        <b>{name}</b>
        <p>{facts.join(" · ")}</p>
        {error && <p className="sound-problem">{error.message}</p>}
      </div>
      <div className="sound-state">
        <SoundStatus sound={sound} />
        {expires_at == null ? (
          <small>{t.sounds.inUse}</small>
        ) : (
          <small title={format.dateTime(expires_at)}>{t.sounds.removed(format.relative(expires_at))}</small>
        )}
      </div>
      {isDeleting ? (
        <div className="sound-deleting">
          <span>{t.sounds.reallyDelete}</span>
          <Button ref={focus} unavailable={remove.isPending} onClick={() => remove.mutate(sound.id)}>
            {t.pronunciations.deleteYes}
          </Button>
          <Button look="plain" onClick={() => setIsDeleting(false)}>
            {t.pronunciations.keep}
          </Button>
          {remove.isError && <ErrorNotice error={remove.error} />}
        </div>
      ) : (
        <IconButton icon="delete" name={t.sounds.delete(name)} onClick={() => setIsDeleting(true)} />
      )}
    </li>
  );
}

function focus(element: HTMLElement | null): void {
  element?.focus();
}
