import { Fragment } from "react";
import { isSingleVoice, type JobDetail } from "../api/types";
import { useSpeech } from "../i18n/strings";

/** What there is to know about a job, in figures. */
export function Facts({ job }: { job: JobDetail }) {
  const { t, format } = useSpeech();
  const { result_metadata: result, input_params: input } = job;
  const voices = isSingleVoice(input)
    ? [input.voice_name || input.voice_id]
    : input.voice_assignments.map(({ voice_name, voice_id }) => voice_name || voice_id);
  const { author, album } = job;
  const facts: [name: string, value: string, hint?: string][] = [
    ...(author === undefined ? [] : ([[t.titles.fields.author, author]] satisfies [string, string][])),
    ...(album === undefined ? [] : ([[t.titles.fields.album, album]] satisfies [string, string][])),
    ...(result
      ? ([
          [t.job.duration, format.span(result.duration_ms)],
          [t.job.size, format.bytes(result.size_bytes)],
        ] satisfies [string, string][])
      : []),
    [t.job.format, input.output_format.toUpperCase()],
    [t.job.turns, format.number(isSingleVoice(input) ? 1 : input.turns.length)],
    [t.job.voices, format.list(voices)],
    ...(result
      ? ([
          [t.job.characters, format.number(result.characters)],
          [t.job.billed, format.number(result.billed_characters), t.job.billedHint],
          [t.job.reused, format.number(result.reused_segments), t.job.reusedHint],
          [t.job.latency, format.span(result.latency_ms)],
        ] satisfies [string, string, string?][])
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
        <dt className="facts-long">{t.job.id}</dt>
        <dd className="facts-long">
          <code>{job.id}</code>
        </dd>
      </dl>
    </section>
  );
}
