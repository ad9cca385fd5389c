/** What is being written. `drafts/drafts.ts` keeps it in the browser. */

import {
  type InputParams,
  isFormat,
  isLoudness,
  isQuality,
  isScriptFormat,
  isSingleVoice,
  type JobDetail,
  type Markup,
  type Pronunciation,
  type ScriptAnswer,
  type ScriptFormat,
  type SingleVoiceInputParams,
  spokenTurns,
} from "../api/types";
import { type AudioForm, formOf } from "../audio/form";
import { TITLE_FIELDS, type Titles, titlesOf } from "../titles";
import { remember, rememberedJson } from "../ui/memory";
import type { Dealt } from "./cast";
import { type Delivery, deliveryOf, isEmpty, RANGES, type TurnDelivery } from "./delivery";
import { isMusic, type Music, musicOf } from "./music";
import type { TurnSetting } from "./turn-settings";

export interface Draft extends Titles, AudioForm {
  script: string;
  /** Whether the script is one text in one voice, of `ONLY_SPEAKER`. */
  isSingle: boolean;
  /** A speech provider's id; undefined for the service's first one. */
  provider?: string | undefined;
  /** The voice's id for each speaker to whom one was given by hand. */
  voices: Readonly<Record<string, string>>;
  /** The voice that each other speaker was given by the service. */
  dealt: Readonly<Record<string, Dealt>>;
  /** Whether speakers are given other voices than those that they had in the jobs before. */
  isAnew: boolean;
  /** What was answered to questions about the script. */
  answers: readonly ScriptAnswer[];
  /** The sound for each line of the script that is one, by the line's words. */
  sounds: Readonly<Record<string, string>>;
  /** The name of the show that was applied last. */
  show?: string | undefined;
  /** How each speaker speaks for whom that was set. */
  deliveries: Readonly<Record<string, Delivery>>;
  /** How single turns are spoken. */
  turns: readonly TurnSetting[];
  /** A language tag; undefined when it follows from the script. */
  language?: string | undefined;
  music: Music;
  /** The id of a picture of the user's. */
  coverId?: string | undefined;
  gapMs: number;
  crossfadeMs: number;
  markup: Markup;
  /** Undefined when the service finds it out. */
  scriptFormat?: ScriptFormat | undefined;
  /** Those of the job that is edited. */
  pronunciations: readonly Pronunciation[];
  /** Where this job alone is told of; "" where it is not. */
  webhookUrl: string;
  /** The names of the pronunciation sets that apply; undefined for those that were chosen last. */
  sets?: readonly string[] | undefined;
}

export const EMPTY_DRAFT: Draft = {
  ...titlesOf({}),
  script: "",
  isSingle: false,
  voices: {},
  dealt: {},
  isAnew: false,
  answers: [],
  sounds: {},
  deliveries: {},
  turns: [],
  format: "mp3",
  quality: "standard",
  loudness: "podcast",
  music: {},
  gapMs: 300,
  crossfadeMs: 50,
  markup: "auto",
  pronunciations: [],
  webhookUrl: "",
};

/** Who speaks a text in one voice. */
export const ONLY_SPEAKER = "Narrator";

/** The pronunciation sets that were chosen last. */
export function loadSets(user: string): readonly string[] {
  return rememberedJson(`sets.${user}`, isNames) ?? [];
}

export function saveSets(user: string, names: readonly string[]): void {
  remember(`sets.${user}`, names.length === 0 ? null : JSON.stringify(names));
}

/** The draft that a job can be made from again. `script`: the turns of a dialogue as a script. */
export function draftOf({ input_params: input }: JobDetail, script: string): Draft {
  const { provider, language, markup = "auto", pronunciations = [], cover_id: coverId } = input;
  const audio = { ...formOf(input), music: musicOf(input), coverId };
  const { webhook_url: webhookUrl = "" } = input;
  const said = { script, provider, language, ...audio, markup, pronunciations, sets: [], webhookUrl };
  const common = { ...EMPTY_DRAFT, ...titlesOf(input), ...said };
  if (isSingleVoice(input)) {
    const speaker = ONLY_SPEAKER;
    const { take, ...delivery } = deliveryOf(withoutDefaults(input));
    return {
      ...common,
      script: input.text,
      isSingle: true,
      voices: { [speaker]: input.voice_id },
      deliveries: isEmpty(delivery) ? {} : { [speaker]: delivery },
      turns: take ? [{ position: 0, speaker, text: input.text, delivery: { take } }] : [],
    };
  }
  const assigned = input.voice_assignments;
  return {
    ...common,
    voices: Object.fromEntries(assigned.map(({ speaker, voice_id }) => [speaker, voice_id])),
    deliveries: Object.fromEntries(
      assigned
        .map((assignment) => [assignment.speaker, deliveryOf(assignment)] as const)
        .filter(([, delivery]) => !isEmpty(delivery)),
    ),
    turns: spokenTurns(input)
      .map((turn, position) => ({
        position,
        speaker: turn.speaker,
        text: turn.text,
        delivery: {
          ...deliveryOf(turn),
          ...(markup === "literal" && turn.chapter != null && { chapter: turn.chapter }),
        },
      }))
      .filter(({ delivery }) => !isEmpty(delivery)),
    gapMs: input.gap_ms,
    crossfadeMs: input.crossfade_ms,
  };
}

export interface WrittenTurn {
  speaker: string;
  text: string;
  /** The title of the chapter that begins with it. */
  chapter?: string | null | undefined;
}

/**
 * A job's turns; of a single text, one turn of a speaker who is called by the voice.
 *
 * Without chapters where headings are spoken: a heading would not be read as one.
 */
export function turnsOf(input: InputParams | SingleVoiceInputParams): WrittenTurn[] {
  if (isSingleVoice(input)) return [{ speaker: singleSpeaker(input), text: input.text }];
  const isLiteral = input.markup === "literal";
  return spokenTurns(input).map(({ speaker, text, chapter }) => ({ speaker, text, ...(!isLiteral && { chapter }) }));
}

/** A single voice's delivery is always told; its language is that of the dialogue. */
function withoutDefaults({ style, style_degree, speed, pitch, volume, take }: SingleVoiceInputParams): TurnDelivery {
  return deliveryOf({
    style,
    style_degree,
    speed: speed === RANGES.speed.usual ? undefined : speed,
    pitch: pitch === RANGES.pitch.usual ? undefined : pitch,
    volume: volume === RANGES.volume.usual ? undefined : volume,
    take,
  });
}

function singleSpeaker(input: SingleVoiceInputParams): string {
  return input.voice_name || "A";
}

/** Whether `value` is a draft, of this or of an earlier version of the page: `EMPTY_DRAFT` has what it lacks. */
export function isDraft(value: unknown): value is Partial<Draft> {
  if (!isObject(value)) return false;
  const draft: Partial<Record<keyof Draft, unknown>> = value;
  return (
    typeof draft.script === "string" &&
    (draft.provider === undefined || typeof draft.provider === "string") &&
    isObject(draft.voices) &&
    isFormat(draft.format) &&
    typeof draft.gapMs === "number" &&
    typeof draft.crossfadeMs === "number" &&
    // What earlier versions of the page have not kept.
    (draft.isSingle === undefined || typeof draft.isSingle === "boolean") &&
    (draft.dealt === undefined || isObject(draft.dealt)) &&
    (draft.isAnew === undefined || typeof draft.isAnew === "boolean") &&
    (draft.answers === undefined || Array.isArray(draft.answers)) &&
    (draft.sounds === undefined || isObject(draft.sounds)) &&
    (draft.show === undefined || typeof draft.show === "string") &&
    TITLE_FIELDS.every((field) => draft[field] === undefined || typeof draft[field] === "string") &&
    (draft.quality === undefined || isQuality(draft.quality)) &&
    (draft.loudness === undefined || isLoudness(draft.loudness)) &&
    (draft.music === undefined || isMusic(draft.music)) &&
    (draft.coverId === undefined || typeof draft.coverId === "string") &&
    (draft.deliveries === undefined || isObject(draft.deliveries)) &&
    (draft.turns === undefined || (Array.isArray(draft.turns) && draft.turns.every(isSetting))) &&
    (draft.markup === undefined || draft.markup === "auto" || draft.markup === "literal") &&
    (draft.scriptFormat === undefined || isScriptFormat(draft.scriptFormat)) &&
    (draft.pronunciations === undefined || Array.isArray(draft.pronunciations)) &&
    (draft.webhookUrl === undefined || typeof draft.webhookUrl === "string") &&
    (draft.sets === undefined || isNames(draft.sets))
  );
}

function isSetting(value: unknown): value is TurnSetting {
  if (!isObject(value)) return false;
  const setting: Partial<Record<keyof TurnSetting, unknown>> = value;
  return (
    typeof setting.position === "number" &&
    typeof setting.speaker === "string" &&
    typeof setting.text === "string" &&
    isObject(setting.delivery)
  );
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
