import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isReadingOf, type Script, useReading } from "../api/dialogues";
import { Refused, Unreachable } from "../api/errors";
import { useEstimate } from "../api/estimate";
import { useSubmitJob } from "../api/jobs";
import { usePronunciationSets } from "../api/pronunciations";
import { USUAL_LIMITS, useProviders } from "../api/providers";
import { useSounds } from "../api/sounds";
import { type CreateJobRequest, type CreateSingleVoiceJobRequest, isSingleVoice } from "../api/types";
import { useUsage } from "../api/usage";
import { useVoices } from "../api/voices";
import { DraftsBar } from "../drafts/DraftsBar";
import {
  dropDraft,
  type KeptDraft,
  keepDraft,
  openDraft,
  openedDraft,
  switchDraft,
  watchDraft,
} from "../drafts/drafts";
import { useSpeech } from "../i18n/strings";
import { Refusal } from "../job/Refusal";
import { keepWarnings } from "../job/warnings";
import { ShowsBar } from "../shows/ShowsBar";
import { showOf, withShow } from "../shows/show";
import { useUploads } from "../sounds/uploads";
import { withSpeaker } from "../speakers";
import { isTitleField, MAX_TITLE_CHARACTERS } from "../titles";
import { Button } from "../ui/Button";
import { ErrorNotice, sentenceFor } from "../ui/ErrorNotice";
import { Heading } from "../ui/Heading";
import { go, paths } from "../ui/route";
import { useDebounced } from "../ui/use-debounced";
import { type Auditions, languageFor } from "./audition";
import { Cast } from "./Cast";
import { rememberCast } from "./cast";
import "./compose.css";
import { isEmpty, type TurnDelivery } from "./delivery";
import { type Draft, EMPTY_DRAFT, loadSets, saveSets } from "./draft";
import { EstimateLine } from "./EstimateLine";
import { placeAfter } from "./failed-line";
import { MoreOptions } from "./MoreOptions";
import { MusicPanel } from "./MusicPanel";
import { styleKey } from "./marks";
import { MUSIC_PLACES, obstacleToSounds, SOUND_PLACES, soundIdsOf } from "./music";
import { LINE_PLACES, Questions } from "./Questions";
import { toRequest, toSingleRequest } from "./request";
import { ScriptEditor } from "./ScriptEditor";
import { SoundOptions } from "./SoundOptions";
import { keyFor, settle } from "./submission-key";
import { TurnPreview } from "./TurnPreview";
import { carryOver, type SpokenTurn, withTurn } from "./turn-settings";
import { useCast } from "./use-cast";
import { inOrder, voiceWarnings } from "./voice-warnings";

const READ_AFTER_MS = 250;
const MAX_SCRIPT_CHARACTERS = 150_000;
const MAX_SINGLE_CHARACTERS = 50_000;
const NONE: readonly never[] = [];
const EVERY_PLACE: readonly string[] = [...SOUND_PLACES, ...LINE_PLACES];

/** Writing: from a pasted script to a job. `user`: whose drafts these are. */
export function Compose({ user }: { user: string }) {
  const [opened, setOpened] = useState(() => openedDraft(user));
  return <Desk key={opened.id} user={user} opened={opened} onOpen={setOpened} />;
}

/** One draft being written. */
function Desk({ user, opened, onOpen }: { user: string; opened: KeptDraft; onOpen(draft: KeptDraft): void }) {
  const { t, format } = useSpeech();
  const { id } = opened;
  const [draft, setDraft] = useState(opened.draft);
  const [failedAt, setFailedAt] = useState(opened.failedTurn);
  const [isKept, setIsKept] = useState(true);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  useEffect(() => setIsKept(keepDraft(user, id, draft, failedAt)), [user, id, draft, failedAt]);
  useEffect(() => watchDraft(user, id, setDraft), [user, id]);

  const { isSingle, markup, scriptFormat, answers } = draft;
  const isBlank = draft.script.trim() === "";
  const tooLongAt = isSingle ? MAX_SINGLE_CHARACTERS : MAX_SCRIPT_CHARACTERS;
  const isTooLong = draft.script.length > tooLongAt;
  const settled = useDebounced(draft.script, READ_AFTER_MS);
  const asked: Script = { script: settled, markup, format: scriptFormat, isSingle, answers };
  const reading = useReading(asked, settled.trim() !== "" && settled.length <= tooLongAt);
  const isRead = isReadingOf(reading.data, { ...asked, script: draft.script });
  const problems = isRead && !isBlank && reading.data?.isDialogue === false ? reading.data.problems : NONE;
  const isBroken = problems.length > 0 || isTooLong;
  // What was read last stays while the script is read again; not while it has to be changed.
  const dialogue = useLast(isBlank || isBroken ? null : reading.data?.isDialogue ? reading.data.dialogue : undefined);

  const turnsBefore = useRef<readonly SpokenTurn[] | undefined>(undefined);
  useEffect(() => {
    if (!dialogue) return;
    const before = turnsBefore.current;
    turnsBefore.current = dialogue.turns;
    setDraft((last) => {
      const turns = carryOver(last.turns, before, dialogue.turns);
      return turns === last.turns ? last : { ...last, turns };
    });
    if (before) setFailedAt((at) => (at === undefined ? at : placeAfter(at, before, dialogue.turns)));
  }, [dialogue]);
  const tellTurn = useCallback((position: number, turn: SpokenTurn, delivery: TurnDelivery) => {
    setDraft((last) => ({ ...last, turns: withTurn(last.turns, position, turn, delivery) }));
  }, []);
  const failedLine = isRead && failedAt !== undefined ? dialogue?.turns[failedAt]?.line : undefined;

  const providers = useProviders();
  const provider = providers.data?.find(({ id: each }) => each === draft.provider) ?? providers.data?.[0];
  const providerId = provider?.id;
  const limits = provider ?? USUAL_LIMITS;
  const voices = useVoices(providerId);
  const casting = useCast(user, draft, setDraft, dialogue, providerId, voices.data);
  const { cast, members, language } = casting;
  const telling = useMemo(() => languageFor(members), [members]);

  const styles = useMemo(() => {
    const names = voices.data?.flatMap((voice) => voice.styles) ?? [];
    return markup === "literal" ? undefined : new Set(names.map(styleKey));
  }, [voices.data, markup]);

  const [setsBefore] = useState(() => loadSets(user));
  const kept = usePronunciationSets();
  const sets = useMemo(() => namesIn(draft.sets ?? setsBefore, kept.data), [draft.sets, setsBefore, kept.data]);

  const soundTurns = useMemo(() => dialogue?.turns.filter((turn) => turn.is_sound) ?? NONE, [dialogue]);
  const { data: sounds } = useSounds();
  const uploads = useUploads();
  const soundIds = [
    ...soundIdsOf(draft.music, draft.coverId),
    ...soundTurns.map(({ text }) => draft.sounds[text]).filter((sound) => sound !== undefined),
  ];
  const soundObstacle = obstacleToSounds(soundIds, sounds, uploads, EVERY_PLACE);

  const submit = useSubmitJob();
  const whyNot = isBlank
    ? t.compose.whyNot.empty
    : isBroken
      ? t.compose.whyNot.problems
      : reading.isError
        ? sentenceFor(reading.error, t)
        : !isRead || !dialogue
          ? t.compose.whyNot.parsing
          : !casting.isComplete
            ? casting.isPending
              ? t.compose.whyNot.casting
              : t.compose.whyNot.voices
            : soundObstacle && t.compose.whyNot[soundObstacle];

  const isComplete = whyNot === undefined;
  const request = useMemo(() => {
    if (!isComplete || !dialogue || providerId === undefined) return undefined;
    const submitted = { provider: providerId, turns: dialogue.turns, cast, language, languageFor: telling, sets };
    return draft.isSingle ? toSingleRequest(draft, submitted) : toRequest(draft, submitted);
  }, [isComplete, draft, dialogue, providerId, cast, language, telling, sets]);
  const auditions: Auditions = useMemo(
    () => ({
      provider: providerId ?? "",
      markup,
      quality: draft.quality,
      pronunciations: draft.pronunciations,
      sets,
      language,
      languageFor: telling,
    }),
    [providerId, markup, draft.quality, draft.pronunciations, sets, language, telling],
  );
  const { estimate, isOfRequest, error: noEstimate } = useEstimate(request);
  const { data: usage } = useUsage(undefined);
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
    if (request === undefined || providerId === undefined || submit.isPending) return;
    submit.mutate(
      { request, idempotencyKey: keyFor(JSON.stringify(request)) },
      {
        onSuccess: (job) => {
          settle();
          keepWarnings(job);
          rememberCast(user, providerId, cast);
          dropDraft(user, id);
          switchDraft(user);
          go(paths.job(job.id));
        },
        onError: (error) => {
          if (error instanceof Refused && error.code === "IDEMPOTENCY_KEY_REUSED") settle();
        },
      },
    );
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    if (event.target instanceof Element && event.target.closest("dialog")) return;
    event.preventDefault();
    makeAudio();
  }

  /** A file is written into an empty draft; into one of its own where something is written already. */
  function openFile(script: string): void {
    if (isBlank) change({ script });
    else {
      openDraft(user, { ...EMPTY_DRAFT, script, isSingle, sets: draft.sets });
      onOpen(openedDraft(user));
    }
  }

  const [beforeShow, setBeforeShow] = useState<Draft>();

  /** The turn or the speaker that a field of a request is about, or the name of its own field. */
  function placeIn(
    request: CreateJobRequest | CreateSingleVoiceJobRequest | undefined,
    field: string,
  ): string | undefined {
    if (isTitleField(field)) return t.titles.fields[field];
    if (field.startsWith("cover_id")) return t.audioForm.cover;
    if (field === "webhook_url") return t.webhooks.ofJobField;
    const place = MUSIC_PLACES.find((each) => field.startsWith(`music.${each}`));
    if (place) return t.music.places[place];
    const [, list, number] = /^(turns|voice_assignments)\[(\d+)\]/.exec(field) ?? [];
    if (!request || isSingleVoice(request) || list === undefined) return undefined;
    if (list === "voice_assignments") return request.voice_assignments[Number(number)]?.speaker;
    const turn = request.turns[Number(number)];
    return turn && "speaker" in turn ? t.job.turnAt(format.number(Number(number) + 1), turn.speaker) : undefined;
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut of all that is in it
    <div className="compose" onKeyDown={onKeyDown}>
      <header className="screen-head">
        <div className="compose-head">
          <Heading title={isSingle ? t.compose.titleSingle : t.compose.title} />
          <DraftsBar user={user} id={id} isEmpty={isBlank && draft.title.trim() === ""} onOpen={onOpen} />
        </div>
        <p className="lead">{isSingle ? t.compose.leadSingle : t.compose.lead}</p>
        {!isKept && (
          <p className="compose-unkept" role="alert">
            {t.drafts.noRoom}
          </p>
        )}
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
          isSingle={isSingle}
          onSingle={(single) => change({ isSingle: single })}
          onFile={openFile}
          failedLine={failedLine}
          dialogue={isRead && !isSingle ? dialogue : undefined}
          problems={problems}
          warnings={!isBlank && !isBroken ? warnings : NONE}
          foundFormat={isBlank || isBroken || scriptFormat !== undefined ? undefined : dialogue?.format}
          characters={isRead ? dialogue?.total_characters : undefined}
          styles={styles}
          isReading={!isBlank && !isTooLong && !isRead && !reading.isError}
          maxTurns={limits.max_turns}
          maxCharacters={isSingle ? MAX_SINGLE_CHARACTERS : limits.max_characters}
          tooLongAt={isTooLong ? tooLongAt : undefined}
          language={language}
        />
        {reading.isError && !(reading.error instanceof Unreachable) && (
          <ErrorNotice error={reading.error} onRetry={() => void reading.refetch()} />
        )}
      </div>
      <div className="compose-side">
        <Questions
          questions={dialogue?.questions ?? NONE}
          answers={answers}
          onAnswers={(next) => change({ answers: next })}
          soundTurns={soundTurns}
          sounds={draft.sounds}
          onSounds={(next) => change({ sounds: next })}
        />
        <ShowsBar
          applied={draft.show}
          onApply={(show) => {
            setBeforeShow(draft);
            setDraft((before) => withShow(before, show));
          }}
          onUndo={
            beforeShow &&
            (() => {
              const { script, turns } = draft;
              setDraft({ ...beforeShow, script, turns });
              setBeforeShow(undefined);
            })
          }
          showOf={(title) => showOf(draft, title, cast, providerId, sets)}
          proposed={draft.album.trim() || draft.title.trim()}
          onKept={(show) => change({ show })}
        />
        <Cast
          dialogue={dialogue}
          isBroken={isBroken}
          isSingle={isSingle}
          cast={cast}
          members={members}
          notes={casting.notes}
          remembered={casting.remembered}
          onAnew={casting.onAnew}
          voices={voices.data}
          error={providers.error ?? voices.error ?? casting.error}
          onRetry={() =>
            void (providers.isError ? providers.refetch() : voices.isError ? voices.refetch() : casting.retry())
          }
          providers={providers.data ?? []}
          provider={providerId}
          onProvider={(each) => change({ provider: each })}
          language={language}
          onChoose={(speaker, voiceId) => change({ voices: withSpeaker(draft.voices, speaker, voiceId) })}
          deliveries={draft.deliveries}
          onDelivery={(speaker, delivery) =>
            change({ deliveries: withSpeaker(draft.deliveries, speaker, isEmpty(delivery) ? undefined : delivery) })
          }
          auditions={auditions}
        />
        <SoundOptions form={draft} coverId={draft.coverId} onChange={change} />
        <MusicPanel
          music={draft.music}
          onChange={(next) => setDraft((before) => ({ ...before, music: next(before.music) }))}
        />
        <MoreOptions
          draft={draft}
          onChange={change}
          guessed={casting.guessed}
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
        {!isSingle && (
          <TurnPreview
            dialogue={dialogue}
            isBroken={isBroken}
            auditions={auditions}
            language={language}
            cast={cast}
            voices={voices.data ?? NONE}
            styles={styles}
            settings={draft.turns}
            deliveries={draft.deliveries}
            gapMs={draft.gapMs}
            onChange={tellTurn}
          />
        )}
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
          usage={usage}
          placeOf={(field) => placeIn(request, field)}
        />
        <p className="compose-why" id="why-not">
          {problems.length > 0 ? (
            <button
              type="button"
              onClick={() => document.getElementById("script-problems")?.querySelector("button")?.click()}
            >
              {t.compose.toProblems(problems.length)}
            </button>
          ) : (
            whyNot
          )}
        </p>
        <Button
          look="primary"
          unavailable={whyNot !== undefined || submit.isPending}
          aria-describedby="why-not estimate"
          aria-keyshortcuts="Control+Enter Meta+Enter"
          title={t.compose.submitKeys}
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

/** `value`, or what it was when it last was one. Null forgets. */
function useLast<T>(value: T | undefined | null): T | undefined {
  const last = useRef<T | undefined>(undefined);
  if (value === null) last.current = undefined;
  else if (value !== undefined) last.current = value;
  return last.current;
}
