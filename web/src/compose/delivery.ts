/** How a speaker or a turn is to be spoken. What is left out is as the speaker, or else the voice, has it. */

import type { Voice } from "../api/types";

export interface Delivery {
  style?: string;
  style_degree?: number;
  /** A factor. */
  speed?: number;
  /** In percent, up or down. */
  pitch?: number;
  /** A factor. */
  volume?: number;
  /** A language tag. */
  language?: string;
}

export interface TurnDelivery extends Delivery {
  /** In place of the gap between turns. */
  pause_after_ms?: number;
  /** The number of the reading; the first one is 0, and is left out. */
  take?: number;
  /** Of a job whose headings are spoken, so that its script cannot name its chapters. */
  chapter?: string;
}

export type Field = Exclude<keyof TurnDelivery, "chapter">;

export const FIELDS = [
  "style",
  "style_degree",
  "speed",
  "pitch",
  "volume",
  "language",
  "pause_after_ms",
  "take",
] as const satisfies readonly Field[];

/** What the service takes, in the steps of a slider. */
export const RANGES = {
  style_degree: { min: 0.05, max: 2, step: 0.05, usual: 1 },
  speed: { min: 0.5, max: 2, step: 0.05, usual: 1 },
  pitch: { min: -20, max: 20, step: 1, usual: 0 },
  volume: { min: 0, max: 2, step: 0.05, usual: 1 },
  pause_after_ms: { min: 0, max: 10_000, step: 50, usual: 0 },
} as const;

/** The fields of delivery that `source` sets: a turn, a speaker's voice, what was stored. */
export function deliveryOf(source: { readonly [F in Field]?: TurnDelivery[F] | null | undefined }): TurnDelivery {
  const set = FIELDS.filter((field) => source[field] != null && !(field === "take" && source.take === 0));
  return Object.fromEntries(set.map((field) => [field, source[field]]));
}

export function isEmpty(delivery: TurnDelivery): boolean {
  return Object.keys(delivery).length === 0;
}

/** Why a voice cannot do what a field asks for. */
export type Obstacle = "styles" | "otherStyles" | "fixed" | "oneLanguage";

/** What keeps `voice` from being told a field at all; undefined when nothing does, or the voice is not known. */
export function obstacleTo(field: Field, voice: Voice | undefined): Obstacle | undefined {
  if (!voice) return undefined;
  if (field === "style" || field === "style_degree") return voice.styles.length === 0 ? "styles" : undefined;
  if (field !== "speed" && field !== "pitch" && field !== "language") return undefined;
  if (voice.takes.includes(field)) return undefined;
  return field === "language" ? "oneLanguage" : "fixed";
}

/** What keeps `voice` from speaking with the value that a field has. */
export function obstacleIn(delivery: TurnDelivery, field: Field, voice: Voice | undefined): Obstacle | undefined {
  if (field === "language" && delivery.language === voice?.language) return undefined;
  const obstacle = obstacleTo(field, voice);
  if (obstacle || field !== "style" || !voice || delivery.style === undefined) return obstacle;
  return voice.styles.includes(delivery.style) ? undefined : "otherStyles";
}

/** `delivery` without what `voice` cannot do: that would be refused. */
export function possible(delivery: TurnDelivery, voice: Voice | undefined): TurnDelivery {
  return Object.fromEntries(
    Object.entries(delivery).filter(([field]) => obstacleIn(delivery, field as Field, voice) === undefined),
  );
}
