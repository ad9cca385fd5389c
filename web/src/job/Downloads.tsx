import { useMutation } from "@tanstack/react-query";
import { fetchDownload, fetchSubtitles } from "../api/jobs";
import type { JobDetail, SubtitleFormat } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { ErrorNotice } from "../ui/ErrorNotice";
import { saveFile, saveText } from "../ui/save-file";

const SUBTITLES = [
  { name: "vtt", format: "vtt" },
  { name: "srt", format: "srt" },
  { name: "words", format: "vtt", words: true },
  { name: "ass", format: "ass" },
] as const;

/** The finished files, to keep. */
export function Downloads({ job }: { job: JobDetail }) {
  const { t } = useSpeech();
  const audio = useDownloadAudio(job.id);
  const subtitles = useMutation({
    mutationFn: ({ format, words }: { format: SubtitleFormat; words?: boolean }) =>
      fetchSubtitles(job.id, format, words),
    onSuccess: (file) =>
      "text" in file
        ? saveText(file.text, file.filename, file.contentType)
        : saveFile(file.download_url, file.filename),
  });
  const error = audio.error ?? subtitles.error;
  return (
    <div className="job-downloads">
      <Button look="primary" icon="download" unavailable={audio.isPending} onClick={() => audio.mutate()}>
        {t.job.downloadAudio}
      </Button>
      <div className="job-subtitles">
        {SUBTITLES.map(({ name, ...asked }) => (
          <Button key={name} unavailable={subtitles.isPending} onClick={() => subtitles.mutate(asked)}>
            {t.job.subtitles[name]}
          </Button>
        ))}
      </div>
      {error && <ErrorNotice error={error} />}
    </div>
  );
}

/** Saves the file of a finished job. */
export function useDownloadAudio(id: string) {
  return useMutation({
    mutationFn: () => fetchDownload(id, "attachment"),
    onSuccess: ({ download_url, filename }) => saveFile(download_url, filename),
  });
}
