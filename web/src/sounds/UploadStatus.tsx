import { Refused } from "../api/errors";
import { useSpeech } from "../i18n/strings";
import type { Strings } from "../i18n/zh-TW";
import { Button } from "../ui/Button";
import { sentenceFor } from "../ui/ErrorNotice";
import { IconButton } from "../ui/IconButton";
import { ProgressBar } from "../ui/ProgressBar";
import { cancelUpload, dismiss, UnusableFile, type Upload, UploadRefused } from "./uploads";
import "./sounds.css";

/** How far an upload has come, with a way to break it off; or why it has failed. */
export function UploadStatus({ upload }: { upload: Upload }) {
  const { t, format } = useSpeech();
  const { key, name, share, error } = upload;
  if (error !== undefined) {
    return (
      <div className="upload" role="alert">
        <p className="sound-problem">
          <b>{name}</b> {uploadSentence(error, t)}
        </p>
        <IconButton icon="close" name={t.sounds.dismiss(name)} onClick={() => dismiss(key)} />
      </div>
    );
  }
  const percent = format.percent(share);
  return (
    <div className="upload">
      <p>
        <b>{name}</b> <span className="upload-share">{t.sounds.uploading(percent)}</span>
      </p>
      <Button look="plain" aria-label={t.sounds.cancelUpload(name)} onClick={() => cancelUpload(key)}>
        {t.job.cancel}
      </Button>
      <ProgressBar label={t.sounds.uploadOf(name)} share={share} text={percent} />
    </div>
  );
}

function uploadSentence(error: unknown, t: Strings): string {
  if (error instanceof UnusableFile) return t.sounds.problems[error.problem];
  if (error instanceof UploadRefused) return t.sounds.uploadRefused;
  if (error instanceof Refused && error.problems[0]) return error.problems[0].message;
  return sentenceFor(error, t);
}
