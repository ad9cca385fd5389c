import { Fragment, type ReactNode } from "react";
import { useSounds } from "../api/sounds";
import { FORMATS, isSingleVoice, type JobDetail, spokenTurns } from "../api/types";
import { useVoiceNames } from "../api/voices";
import { formOf, loudnessText } from "../audio/form";
import { MUSIC_PLACES, musicOf } from "../compose/music";
import { useSpeech } from "../i18n/strings";
import { Cover } from "../sounds/Cover";
import { digestOf } from "./digest";

type Fact = [name: string, value: ReactNode, hint?: string];

/** What there is to know about a job, in figures. */
export function Facts({ job }: { job: JobDetail }) {
  const { t, format } = useSpeech();
  const { result_metadata: result, input_params: input } = job;
  const { cast, provider } = digestOf(job);
  const voiceNameOf = useVoiceNames(cast.some(({ voiceName }) => !voiceName) ? provider : undefined);
  const voices = cast.map(({ voiceId, voiceName }) => voiceName ?? voiceNameOf(voiceId));
  const { author, album } = job;
  const { format: file, quality, loudness } = formOf(input);
  const music = musicOf(input);
  const places = MUSIC_PLACES.filter((place) => music[place] !== undefined);
  const coverId = input.cover_id;
  const soundTurns = isSingleVoice(input) ? 0 : input.turns.length - spokenTurns(input).length;
  const { data: sounds } = useSounds({ enabled: places.length > 0 });
  const nameOf = (id: string | undefined) =>
    sounds ? (sounds.find((sound) => sound.id === id)?.name ?? t.music.goneName) : "…";
  // Of a job that has failed or was stopped.
  const { billed_characters: billed } = job;
  const facts: Fact[] = [
    ...(author === undefined ? [] : ([[t.titles.fields.author, author]] satisfies [string, string][])),
    ...(album === undefined ? [] : ([[t.titles.fields.album, album]] satisfies [string, string][])),
    ...(result
      ? ([
          [t.job.duration, format.span(result.duration_ms)],
          [t.job.size, format.bytes(result.size_bytes)],
        ] satisfies [string, string][])
      : []),
    [t.job.format, FORMATS[file]],
    [t.audioForm.quality, t.audioForm.qualities[quality]],
    [t.audioForm.loudness, loudnessText(loudness, t, format)],
    ...(result?.loudness_lufs === undefined
      ? []
      : ([[t.job.measured, format.lufs(result.loudness_lufs)]] satisfies [string, string][])),
    ...places.map((place): [string, string] => [t.music.places[place], nameOf(music[place]?.sound_id)]),
    ...(coverId
      ? ([[t.audioForm.cover, <Cover key="cover" id={coverId} name={t.audioForm.cover} />]] satisfies [
          string,
          ReactNode,
        ][])
      : []),
    [t.job.turns, format.number(isSingleVoice(input) ? 1 : spokenTurns(input).length)],
    ...(soundTurns > 0 ? ([[t.job.soundTurns, format.number(soundTurns)]] satisfies [string, string][]) : []),
    [t.job.voices, format.list(voices)],
    ...(result
      ? ([
          [t.job.characters, format.number(result.characters)],
          [t.job.billed, format.number(result.billed_characters), t.job.billedHint],
          [t.job.reused, format.number(result.reused_segments), t.job.reusedHint],
          [t.job.latency, format.span(result.latency_ms)],
        ] satisfies [string, string, string?][])
      : []),
    ...(!result && billed !== undefined
      ? ([[t.job.billed, format.number(billed), t.job.billedHint]] satisfies Fact[])
      : []),
    ...(job.retry_count > 0 ? ([[t.job.retries, format.number(job.retry_count)]] satisfies [string, string][]) : []),
    ...(job.completed_at ? ([[t.job.finished, format.dateTime(job.completed_at)]] satisfies [string, string][]) : []),
  ];
  return (
    <section className="card facts" aria-labelledby="facts-label">
      <div className="card-head">
        <h2 id="facts-label">{t.job.facts}</h2>
      </div>
      <dl>
        {facts.map(([name, value, hint]) => (
          <Fragment key={name}>
            <dt>
              {name}
              {hint && <small>{hint}</small>}
            </dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
        {input.webhook_url && (
          <>
            <dt className="facts-long">{t.webhooks.ofJobField}</dt>
            <dd className="facts-long">
              <code>{input.webhook_url}</code>
            </dd>
          </>
        )}
        <dt className="facts-long">{t.job.id}</dt>
        <dd className="facts-long">
          <code>{job.id}</code>
        </dd>
      </dl>
    </section>
  );
}
