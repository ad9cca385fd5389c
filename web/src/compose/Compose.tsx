import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isReadingOf, type Script, useReading } from "../api/dialogues";
import { Refused, Unreachable } from "../api/errors";
import { useEstimate } from "../api/estimate";
import { useSubmitJob } from "../api/jobs";
import { usePronunciationSets } from "../api/pronunciations";
import { USUAL_LIMITS, useProviders } from "../api/providers";
import { useSounds } from "../api/sounds";
import type { CreateJobRequest } from "../api/types";
import { useVoices } from "../api/voices";
import { useSpeech } from "../i18n/strings";
import { Refusal } from "../job/Refusal";
import { keepWarnings } from "../job/warnings";
import { useUploads } from "../sounds/uploads";
import { withSpeaker } from "../speakers";
import { isTitleField, MAX_TITLE_CHARACTERS } from "../titles";
import { Button } from "../ui/Button";
import { ErrorNotice, sentenceFor } from "../ui/ErrorNotice";
import { Heading } from "../ui/Heading";
import { go, paths } from "../ui/route";
import { useDebounced } from "../ui/use-debounced";
import { Cast } from "./Cast";
import { castVoices } from "./casting";
import "./compose.css";
import { isEmpty, type TurnDelivery } from "./delivery";
import { type Draft, EMPTY_DRAFT, loadDraft, loadSets, saveDraft, saveSets } from "./draft";
import { EstimateLine } from "./EstimateLine";
import { guessLanguage } from "./language";
import { MoreOptions } from "./MoreOptions";
import { MusicPanel } from "./MusicPanel";
import { styleKey } from "./marks";
import { MUSIC_PLACES, obstacleToSounds, SOUND_PLACES, soundIdsOf } from "./music";
import { toRequest } from "./request";
import { ScriptEditor } from "./ScriptEditor";
import { SoundOptions } from "./SoundOptions";
import { keyFor, settle } from "./submission-key";
import { TurnPreview } from "./TurnPreview";
import { carryOver, type SpokenTurn, withTurn } from "./turn-settings";
import { inOrder, voiceWarnings } from "./voice-warnings";

const READ_AFTER_MS = 250;
const MAX_SCRIPT_CHARACTERS = 150_000;
const NONE: readonly never[] = [];

/** Writing: from a pasted script to a job. `user`: whose draft it is. */
export function Compose({ user }: { user: string }) {
  const { t, format } = useSpeech();
  const [draft, setDraft] = useState(() => loadDraft(user));
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  useEffect(() => saveDraft(user, draft), [user, draft]);

  const isBlank = draft.script.trim() === "";
  const isTooLong = draft.script.length > MAX_SCRIPT_CHARACTERS;
  const settled = useDebounced(draft.script, READ_AFTER_MS);
  const { markup, scriptFormat } = draft;
  const asked: Script = { script: settled, markup, format: scriptFormat };
  const reading = useReading(asked, settled.trim() !== "" && settled.length <= MAX_SCRIPT_CHARACTERS);
  const isRead = isReadingOf(reading.data, { ...asked, script: draft.script });
  const dialogue = useLast(isBlank ? null : reading.data?.isDialogue ? reading.data.dialogue : undefined);

  const turnsBefore = useRef<readonly SpokenTurn[] | undefined>(undefined);
  useEffect(() => {
    if (!dialogue) return;
    const before = turnsBefore.current;
    turnsBefore.current = dialogue.turns;
    setDraft((last) => {
      const turns = carryOver(last.turns, before, dialogue.turns);
      return turns === last.turns ? last : { ...last, turns };
    });
  }, [dialogue]);
  const tellTurn = useCallback((position: number, turn: SpokenTurn, delivery: TurnDelivery) => {
    setDraft((last) => ({ ...last, turns: withTurn(last.turns, position, turn, delivery) }));
  }, []);

  const providers = useProviders();
  const provider = providers.data?.find(({ id }) => id === draft.provider) ?? providers.data?.[0];
  const limits = provider ?? USUAL_LIMITS;
  const voices = useVoices(provider?.id);
  const guessed = useMemo(() => guessLanguage(settled), [settled]);
  const language = draft.language ?? guessed;
  const cast = useMemo(
    () => castVoices(dialogue?.speakers ?? [], draft.voices, voices.data ?? [], language),
    [dialogue, draft.voices, voices.data, language],
  );

  const styles = useMemo(() => {
    const names = voices.data?.flatMap((voice) => voice.styles) ?? [];
    return markup === "literal" ? undefined : new Set(names.map(styleKey));
  }, [voices.data, markup]);

  const [setsBefore] = useState(() => loadSets(user));
  const kept = usePronunciationSets();
  const sets = useMemo(() => namesIn(draft.sets ?? setsBefore, kept.data), [draft.sets, setsBefore, kept.data]);

  const { data: sounds } = useSounds();
  const uploads = useUploads();
  const soundObstacle = obstacleToSounds(soundIdsOf(draft.music, draft.coverId), sounds, uploads, SOUND_PLACES);

  const submit = useSubmitJob();
  const problems = isRead && !isBlank && reading.data?.isDialogue === false ? reading.data.problems : [];
  const whyNot = isBlank
    ? t.compose.whyNot.empty
    : problems.length > 0 || isTooLong
      ? t.compose.whyNot.problems
      : reading.isError
        ? sentenceFor(reading.error, t)
        : !isRead || !dialogue
          ? t.compose.whyNot.parsing
          : cast.size < dialogue.speakers.length
            ? t.compose.whyNot.voices
            : soundObstacle && t.compose.whyNot[soundObstacle];

  const isComplete = whyNot === undefined;
  const providerId = provider?.id;
  const request = useMemo(() => {
    if (!isComplete || !dialogue || providerId === undefined) return undefined;
    return toRequest(draft, { provider: providerId, turns: dialogue.turns, cast, language, sets });
  }, [isComplete, draft, dialogue, providerId, cast, language, sets]);
  const { estimate, isOfRequest, error: noEstimate } = useEstimate(request);
  const ofVoices = useMemo(
    () =>
      estimate && dialogue && isOfRequest
        ? voiceWarnings(estimate.warnings, dialogue.turns, dialogue.warnings)
        : undefined,
    [estimate, isOfRequest, dialogue],
  );
  const lastOfVoices = useLast(isBlank ? null : ofVoices) ?? NONE;
  const warnings = useMemo(() => inOrder(dialogue?.warnings ?? NONE, lastOfVoices), [dialogue, lastOfVoices]);
  const webhookProblem = [submit.error, noEstimate]
    .flatMap((error) => (error instanceof Refused ? error.problems : []))
    .find(({ field }) => field === "webhook_url");

  function makeAudio(): void {
    if (request === undefined || submit.isPending) return;
    submit.mutate(
      { request, idempotencyKey: keyFor(JSON.stringify(request)) },
      {
        onSuccess: (job) => {
          settle();
          keepWarnings(job);
          saveDraft(user, EMPTY_DRAFT);
          go(paths.job(job.id));
        },
        onError: (error) => {
          if (error instanceof Refused && error.code === "IDEMPOTENCY_KEY_REUSED") settle();
        },
      },
    );
  }

  /** The turn or the speaker that a field of a request is about, or the name of its own field. */
  function placeIn(request: CreateJobRequest | undefined, field: string): string | undefined {
    if (isTitleField(field)) return t.titles.fields[field];
    if (field.startsWith("cover_id")) return t.audioForm.cover;
    if (field === "webhook_url") return t.webhooks.ofJobField;
    const place = MUSIC_PLACES.find((each) => field.startsWith(`music.${each}`));
    if (place) return t.music.places[place];
    const [, list, number] = /^(turns|voice_assignments)\[(\d+)\]/.exec(field) ?? [];
    if (!request || list === undefined) return undefined;
    if (list === "voice_assignments") return request.voice_assignments[Number(number)]?.speaker;
    const turn = request.turns[Number(number)];
    return turn && "speaker" in turn ? t.job.turnAt(format.number(Number(number) + 1), turn.speaker) : undefined;
  }

  return (
    <div className="compose">
      <header className="screen-head">
        <Heading title={t.compose.title} />
        <p className="lead">{t.compose.lead}</p>
      </header>
      <div className="compose-script">
        <div className="compose-title">
          <label htmlFor="title">{t.titles.fields.title}</label>
          <input
            id="title"
            className="field"
            value={draft.title}
            maxLength={MAX_TITLE_CHARACTERS}
            placeholder={t.titles.placeholder}
            autoComplete="off"
            onChange={(event) => change({ title: event.target.value })}
          />
        </div>
        <ScriptEditor
          script={draft.script}
          onChange={(script) => change({ script })}
          dialogue={isRead ? dialogue : undefined}
          problems={problems}
          warnings={!isBlank && problems.length === 0 ? warnings : NONE}
          foundFormat={isBlank || scriptFormat !== undefined ? undefined : dialogue?.format}
          styles={styles}
          isReading={!isBlank && !isTooLong && !isRead && !reading.isError}
          maxTurns={limits.max_turns}
          maxCharacters={limits.max_characters}
          tooLongAt={isTooLong ? MAX_SCRIPT_CHARACTERS : undefined}
          language={language}
        />
        {reading.isError && !(reading.error instanceof Unreachable) && (
          <ErrorNotice error={reading.error} onRetry={() => void reading.refetch()} />
        )}
      </div>
      <div className="compose-side">
        <Cast
          dialogue={dialogue}
          cast={cast}
          voices={voices.data}
          error={providers.error ?? voices.error}
          onRetry={() => void (providers.isError ? providers : voices).refetch()}
          providers={providers.data ?? []}
          provider={provider?.id}
          onProvider={(id) => change({ provider: id })}
          language={language}
          onChoose={(speaker, voiceId) => change({ voices: withSpeaker(draft.voices, speaker, voiceId) })}
          deliveries={draft.deliveries}
          onDelivery={(speaker, delivery) =>
            change({ deliveries: withSpeaker(draft.deliveries, speaker, isEmpty(delivery) ? undefined : delivery) })
          }
        />
        <SoundOptions form={draft} coverId={draft.coverId} onChange={change} />
        <MusicPanel
          music={draft.music}
          onChange={(next) => setDraft((before) => ({ ...before, music: next(before.music) }))}
        />
        <MoreOptions
          draft={draft}
          onChange={change}
          guessed={guessed}
          voices={voices.data ?? []}
          maxGapMs={limits.max_gap_ms}
          maxCrossfadeMs={limits.max_crossfade_ms}
          webhookProblem={webhookProblem}
          sets={sets}
          onSets={(names) => {
            change({ sets: names });
            saveSets(user, names);
          }}
        />
        <TurnPreview
          dialogue={dialogue}
          language={language}
          cast={cast}
          voices={voices.data ?? NONE}
          styles={styles}
          settings={draft.turns}
          deliveries={draft.deliveries}
          gapMs={draft.gapMs}
          onChange={tellTurn}
        />
      </div>
      {submit.isError && (
        <div className="compose-answer" ref={intoView}>
          <Refusal
            error={submit.error}
            limitSentence={t.limit.kept}
            maxJobs={limits.max_active_jobs}
            placeOf={(field) => placeIn(submit.variables?.request, field)}
          />
        </div>
      )}
      <div className="compose-submit">
        <EstimateLine
          estimate={isBlank ? undefined : estimate}
          isCurrent={isOfRequest}
          error={noEstimate}
          placeOf={(field) => placeIn(request, field)}
        />
        <p className="compose-why" id="why-not">
          {whyNot}
        </p>
        <Button
          look="primary"
          unavailable={whyNot !== undefined || submit.isPending}
          aria-describedby="why-not estimate"
          onClick={makeAudio}
        >
          {submit.isPending ? t.compose.submitting : t.compose.submit}
        </Button>
      </div>
    </div>
  );
}

/** Those of `names` that there still are; all of them while that is not known. */
function namesIn(names: readonly string[], sets: readonly { name: string }[] | undefined): readonly string[] {
  return sets === undefined ? names : names.filter((name) => sets.some((set) => set.name === name));
}

function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "start" });
}

/** `value`, or what it was when it last was one: the cast stays while the script is being mended. Null forgets. */
function useLast<T>(value: T | undefined | null): T | undefined {
  const last = useRef<T | undefined>(undefined);
  if (value === null) last.current = undefined;
  else if (value !== undefined) last.current = value;
  return last.current;
}
