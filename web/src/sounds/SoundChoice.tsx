import { type ReactNode, useId } from "react";
import { useSounds } from "../api/sounds";
import type { Sound, SoundKind } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { FileButton } from "../ui/FileButton";
import { IconButton } from "../ui/IconButton";
import { useDrop } from "../ui/use-drop";
import { ACCEPTED } from "./files";
import { Listen } from "./Listen";
import "./sounds.css";
import { UploadStatus } from "./UploadStatus";
import { dismissFailed, startUpload, useUploadsFor, wasSent } from "./uploads";

interface Props {
  /** What it is for, such as `intro`: uploads for it are taken over here. */
  place: string;
  label: string;
  hint: string;
  kind: SoundKind;
  chosen: string | undefined;
  onChoose(soundId: string | undefined): void;
  /** What else there is for a sound that is ready. */
  tools?: (sound: Sound) => ReactNode;
  children?: ReactNode;
}

/** One of the user's sounds or pictures: chosen from those that there are, or uploaded. */
export function SoundChoice({ place, label, hint, kind, chosen, onChoose, tools, children }: Props) {
  const { t, format } = useSpeech();
  const id = useId();
  const { data: sounds } = useSounds();
  const uploads = useUploadsFor(place, (sound) => onChoose(sound.id));
  const upload = ([file]: readonly File[]) => {
    if (!file) return;
    dismissFailed(place);
    void startUpload(file, { place, kind });
  };
  const drop = useDrop(upload);
  const sound = sounds?.find((other) => other.id === chosen);
  const offered = sounds?.filter((other) => other.kind === kind && (other.status === "ready" || other === sound)) ?? [];
  const isGone = chosen !== undefined && sounds !== undefined && !sound;
  const isReady = sound?.status === "ready";
  return (
    <div className="sound-choice" {...drop}>
      <label htmlFor={id}>
        {label} <small>{hint}</small>
      </label>
      <div className="sound-chosen">
        <select
          id={id}
          className="field"
          value={chosen ?? ""}
          aria-describedby={`${id}-state`}
          aria-invalid={isGone || sound?.status === "failed" || undefined}
          onChange={(event) => onChoose(event.target.value || undefined)}
        >
          <option value="">{t.music.choose}</option>
          {chosen !== undefined && !sound && <option value={chosen}>{isGone ? t.music.goneName : "…"}</option>}
          {offered.map(({ id: other, name, duration_ms }) => (
            <option key={other} value={other}>
              {duration_ms == null ? name : `${name} (${format.clock(duration_ms)})`}
            </option>
          ))}
        </select>
        {chosen === undefined ? (
          <FileButton
            label={kind === "image" ? t.audioForm.uploadCover : t.music.uploadFor(label)}
            icon="upload"
            accept={ACCEPTED[kind]}
            unavailable={uploads.some(({ error }) => error === undefined)}
            onFiles={upload}
          >
            {t.music.upload}
          </FileButton>
        ) : (
          <>
            {isReady && kind === "audio" && <Listen sound={sound} />}
            {isReady && tools?.(sound)}
            <IconButton
              icon="close"
              name={kind === "image" ? t.audioForm.removeCover : t.music.remove(label)}
              onClick={() => onChoose(undefined)}
            />
          </>
        )}
      </div>
      {uploads.map((each) => (
        <UploadStatus key={each.key} upload={each} />
      ))}
      <p id={`${id}-state`} className="sound-choice-state" role="status">
        {isGone && <span className="sound-problem">{t.music.gone}</span>}
        {sound?.status === "failed" && <span className="sound-problem">{sound.error?.message}</span>}
        {sound?.status === "waiting" && (wasSent(sound.id) ? t.music.checking : t.music.waiting)}
      </p>
      {isReady && children}
    </div>
  );
}
