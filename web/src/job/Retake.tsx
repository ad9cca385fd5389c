import { useEffect, useId, useRef, useState } from "react";
import { useEstimate } from "../api/estimate";
import { useDeleteJob, useJob, useSubmitJob } from "../api/jobs";
import { USUAL_LIMITS, useProviders } from "../api/providers";
import { isActive, isSingleVoice, type JobDetail } from "../api/types";
import { useVoices } from "../api/voices";
import { obstacleTo } from "../compose/delivery";
import { useSpeech } from "../i18n/strings";
import { useClip } from "../player/use-clip";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Dialog } from "../ui/Dialog";
import { ErrorNotice } from "../ui/ErrorNotice";
import { Notice } from "../ui/Notice";
import { ProgressBar } from "../ui/ProgressBar";
import { go, paths } from "../ui/route";
import { progressOf } from "./progress";
import { Refusal } from "./Refusal";
import "./retake.css";
import { isAnotherTake, type JobRequest, nextTake, noteTake, PACES, type Pace, retaken, spokenTurn } from "./retake";

interface Props {
  job: JobDetail;
  /** The turn's index. */
  index: number;
  title: string;
  onClose(): void;
}

/** Speaks one turn of a finished job again: another take, another speed or style. Then one of the two is kept. */
export default function Retake({ job, index, title, onClose }: Props) {
  const [madeId, setMadeId] = useState<string>();
  const inside = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The button that had the focus has gone.
    if (madeId !== undefined) inside.current?.focus();
  }, [madeId]);
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="retake" ref={inside} tabIndex={-1}>
        <blockquote className="retake-text" lang={job.input_params.language}>
          {spokenTurn(job.input_params, index)?.text}
        </blockquote>
        {madeId === undefined ? (
          <Wish job={job} index={index} onSubmitted={setMadeId} />
        ) : (
          <Comparison old={job} madeId={madeId} index={index} onAgain={() => setMadeId(undefined)} onClose={onClose} />
        )}
      </div>
    </Dialog>
  );
}

/** What is to be different, and what it costs. */
function Wish(props: { job: JobDetail; index: number; onSubmitted(id: string): void }) {
  const { job, index, onSubmitted } = props;
  const { t } = useSpeech();
  const id = useId();
  const { input_params: input } = job;
  const spoken = spokenTurn(input, index);
  const { data: voices } = useVoices(input.provider);
  const voice = voices?.find(({ voice_id }) => voice_id === spoken?.voiceId);
  const { data: providers } = useProviders();
  const { max_active_jobs: maxJobs } = providers?.[0] ?? USUAL_LIMITS;
  const [pace, setPace] = useState<Pace>("same");
  const [style, setStyle] = useState<string>();
  const [take] = useState(() => (spoken ? nextTake(job.id, index, spoken) : 1));
  const wanted = { pace, style, take };
  const next = retaken(input, index, wanted);
  const submit = useSubmitJob();
  const attempt = useRef({ body: "", key: "" });

  function make(): void {
    if (submit.isPending) return;
    const body = JSON.stringify(next);
    if (attempt.current.body !== body) attempt.current = { body, key: crypto.randomUUID() };
    submit.mutate(
      { request: next, idempotencyKey: attempt.current.key },
      {
        onSuccess: (made) => {
          if (isAnotherTake(wanted)) noteTake(job.id, index, take);
          onSubmitted(made.id);
        },
      },
    );
  }

  const isFixed = obstacleTo("speed", voice) !== undefined;
  const styles = voice?.styles ?? [];
  return (
    <>
      <div className="retake-field">
        <span aria-hidden="true">{t.retake.speed}</span>
        {isFixed ? (
          <small>{t.retake.noSpeed(voice?.name ?? "")}</small>
        ) : (
          <Choice<Pace>
            label={t.retake.speed}
            value={pace}
            onChange={setPace}
            options={PACES.map((value) => ({ value, label: t.retake.speeds[value] }))}
          />
        )}
      </div>
      <div className="retake-field">
        <label htmlFor={id}>{t.retake.style}</label>
        <select
          id={id}
          className="field"
          value={style ?? ""}
          disabled={styles.length === 0}
          aria-describedby={`${id}hint`}
          onChange={(event) => setStyle(event.target.value || undefined)}
        >
          <option value="">{spoken?.style ? `${t.retake.sameStyle} (${spoken.style})` : t.retake.sameStyle}</option>
          {styles
            .filter((each) => each !== spoken?.style)
            .map((each) => (
              <option key={each}>{each}</option>
            ))}
        </select>
        <small id={`${id}hint`}>{voice && styles.length === 0 ? t.retake.noStyles(voice.name) : ""}</small>
      </div>
      <p className="retake-hint">{t.retake.anotherHint}</p>
      {submit.isError && <Refusal error={submit.error} limitSentence={t.limit.keptJob} maxJobs={maxJobs} />}
      <div className="retake-foot">
        <Price request={next} id={`${id}price`} />
        <Button
          look="primary"
          icon="again"
          unavailable={submit.isPending}
          aria-describedby={`${id}price`}
          onClick={make}
          data-first-focus
        >
          {submit.isPending ? t.retake.submitting : isAnotherTake(wanted) ? t.retake.make : t.retake.change}
        </Button>
      </div>
    </>
  );
}

const SMALLEST = 0.01;

function Price({ request, id }: { request: JobRequest; id: string }) {
  const { t, format } = useSpeech();
  const { estimate, isOfRequest, error } = useEstimate(request);
  if (!estimate || !isOfRequest) return <p id={id}>{error ? t.retake.noPrice : t.retake.pricing}</p>;
  const { billed_characters: billed, segments, reused_segments: reused, cost } = estimate;
  const money =
    cost.amount < SMALLEST
      ? t.estimate.lessThan(format.money(SMALLEST, cost.currency, 2))
      : t.estimate.roughly(format.money(cost.amount, cost.currency, 2));
  return (
    <p id={id}>
      <b>{billed === 0 ? t.retake.free : t.retake.price(money, format.number(billed))}</b>{" "}
      {reused > 0 && t.retake.reused(format.number(reused), format.number(segments))}
    </p>
  );
}

/** The new take while it is made; then both, of which one is kept. */
function Comparison(props: { old: JobDetail; madeId: string; index: number; onAgain(): void; onClose(): void }) {
  const { old, madeId, index, onAgain, onClose } = props;
  const { t } = useSpeech();
  const { job: made, error } = useJob(madeId);
  const remove = useDeleteJob();
  if (!made || isActive(made.status)) {
    return (
      <>
        <p role="status">{t.retake.making}</p>
        <ProgressBar label={t.retake.making} share={made && progressOf(made).share} />
        {error && <ErrorNotice error={error} />}
      </>
    );
  }
  if (made.status !== "completed") {
    return (
      <>
        <Notice tone="alarm" title={made.error_message ?? t.job.explain[made.status]} />
        <Button onClick={onAgain}>{t.retake.again}</Button>
      </>
    );
  }
  return (
    <>
      <p role="status">{t.retake.ready}</p>
      <div className="retake-takes">
        <Take job={old} index={index} label={t.retake.playOld} />
        <Take job={made} index={index} label={t.retake.playNew} />
      </div>
      <small>{t.retake.keepHint}</small>
      {remove.isError && <ErrorNotice error={remove.error} />}
      <div className="retake-foot">
        <Button look="plain" icon="again" onClick={onAgain}>
          {t.retake.again}
        </Button>
        <Button
          unavailable={remove.isPending}
          onClick={() => {
            if (!remove.isPending) remove.mutate(madeId, { onSuccess: onClose });
          }}
        >
          {t.retake.keepOld}
        </Button>
        <Button look="primary" icon="check" onClick={() => go(paths.job(madeId))}>
          {t.retake.keepNew}
        </Button>
      </div>
    </>
  );
}

/** One turn of a job to listen to. */
function Take({ job, index, label }: { job: JobDetail; index: number; label: string }) {
  const { t } = useSpeech();
  const timings = job.result_metadata?.turn_timings ?? [];
  const timing = isSingleVoice(job.input_params) ? timings[0] : timings.find(({ turn_index }) => turn_index === index);
  const clip = useClip(job.id, { startMs: timing?.start_ms ?? 0, endMs: timing?.end_ms ?? 0 });
  return (
    <div>
      {/* biome-ignore lint/a11y/useMediaCaption: what is said stands above it */}
      <audio ref={clip.element} src={clip.src} preload="auto" />
      <Button
        icon={clip.isPlaying ? "pause" : "play"}
        aria-label={clip.isPlaying ? `${t.retake.stop}: ${label}` : label}
        unavailable={clip.src === undefined}
        onClick={clip.toggle}
      >
        {label}
      </Button>
      {clip.error != null && <ErrorNotice error={clip.error} />}
    </div>
  );
}
