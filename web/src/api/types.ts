/** The API's shapes under the names that the page uses. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type JobStatus = Schemas["JobStatus"];
export type JobSummary = Schemas["JobSummary"];
export type JobDetail = Schemas["JobDetail"];
export type InputParams = Schemas["InputParams"];
export type SingleVoiceInputParams = Schemas["SingleVoiceInputParams"];
export type CreateJobRequest = Schemas["CreateJobRequest"];
export type CreateSingleVoiceJobRequest = Schemas["CreateSingleVoiceJobRequest"];
export type OutputFormat = CreateJobRequest["output_format"];
export type Turn = Schemas["SubmittedTurn"];
export type StoredTurn = Schemas["TurnSchema"];
export type Timing = Schemas["Timing"];
export type TurnTiming = Schemas["TurnTimingSchema"];
export type ParsedTurn = Schemas["ParsedTurn"];
export type ParsedDialogue = Schemas["ParsedDialogue"];
export type ScriptQuestion = Schemas["QuestionSchema"];
export type ScriptAnswer = Schemas["ScriptAnswer"];
export type CastRequest = Schemas["CastDialogueRequest"];
export type DealtCast = Schemas["CastDialogue"];
export type CastMember = Schemas["CastMemberSchema"];
export type PreviewRequest = Schemas["CreatePreviewRequest"];
export type Preview = Schemas["Preview"];
export type ShowSummary = Schemas["ShowSummary"];
export type ShowFields = Schemas["PutShowRequest"];
export type Show = Schemas["ShowDetail"];
export type FieldProblem = Schemas["FieldProblem"];
export type Provider = Schemas["Provider"];
export type Voice = Schemas["Voice"];
export type Gender = Schemas["Gender"];
export type Download = Schemas["Download"];
export type SubtitleFormat = Schemas["SubtitleFormat"];
export type Markup = Schemas["Markup"];
export type Warning = Schemas["Warning"];
export type SubmittedJob = Schemas["SubmittedJob"];
export type Pronunciation = Schemas["PronunciationSchema"];
export type ScriptFormat = ParsedDialogue["format"];
export type Quality = Schemas["Quality"];
export type Loudness = Schemas["Loudness"];
export type Jingle = Schemas["JingleSchema"];
export type Bed = Schemas["BedSchema"];
export type RenderJobRequest = Schemas["RenderJobRequest"];
/** An audio clip or a picture of the user's. */
export type Sound = Schemas["SoundDetail"];
/** With the address at which it is heard or seen. */
export type SoundLink = Schemas["SoundLink"];
/** With the request by which its file is uploaded. */
export type NewSound = Schemas["CreatedSound"];
export type SoundKind = Sound["kind"];
export type Estimate = Schemas["Estimate"];
export type Usage = Schemas["Usage"];
export type UsageFigures = Schemas["UsageFigures"];
export type UsageOfDay = Schemas["UsageOfDay"];
export type OperatorUsage = Schemas["OperatorUsage"];
export type UsageOfUser = Schemas["UsageOfUser"];
export type UserLimits = Schemas["OperatedUserLimits"];
export type Ceiling = Schemas["OperatedDeploymentLimits"];
export type Breaker = Schemas["OperatedBreaker"];
export type OperatedJob = Schemas["OperatedJob"];
export type Webhook = Schemas["Webhook"];
export type WebhookWithSecret = Schemas["WebhookWithSecret"];
export type WebhookEvent = Schemas["EventType"];
export type WebhookDelivery = Schemas["WebhookDelivery"];
export type WebhookAttempt = Schemas["WebhookAttempt"];

export const SCRIPT_FORMATS: readonly ScriptFormat[] = ["plain", "markdown", "fountain", "srt", "vtt", "csv", "json"];

export const STATUSES: readonly JobStatus[] = ["pending", "processing", "completed", "failed", "cancelled"];

export const FORMATS: Readonly<Record<OutputFormat, string>> = {
  mp3: "MP3",
  wav: "WAV",
  flac: "FLAC",
  opus: "Opus",
  m4b: "M4B",
};

export const QUALITIES: readonly Quality[] = ["standard", "studio"];

/** How loud a file is as a whole, in LUFS; null where it has no target. */
export const LOUDNESSES: Readonly<Record<Loudness, number | null>> = {
  podcast: -16,
  audiobook: -20,
  broadcast: -23,
  none: null,
};

export function isQuality(value: unknown): value is Quality {
  return QUALITIES.some((quality) => quality === value);
}

export function isLoudness(value: unknown): value is Loudness {
  return typeof value === "string" && Object.hasOwn(LOUDNESSES, value);
}

export function isFormat(value: unknown): value is OutputFormat {
  return typeof value === "string" && Object.hasOwn(FORMATS, value);
}

export function isScriptFormat(value: unknown): value is ScriptFormat {
  return SCRIPT_FORMATS.some((format) => format === value);
}

export function isStatus(value: unknown): value is JobStatus {
  return STATUSES.some((status) => status === value);
}

export function isActive(status: JobStatus): boolean {
  return status === "pending" || status === "processing";
}

/** The turns that are spoken; the others are sounds. */
export function spokenTurns({ turns }: Pick<InputParams, "turns">): StoredTurn[] {
  return turns.filter((turn): turn is StoredTurn => "speaker" in turn);
}

/** Whether a job, or a request for one, is of one text in one voice. */
export function isSingleVoice<T extends object>(input: T): input is Extract<T, { text: string }> {
  return "text" in input;
}
