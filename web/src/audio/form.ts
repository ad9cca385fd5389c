/** What a finished file is like: its format, its quality and how loud it is. */

import {
  FORMATS,
  type InputParams,
  isFormat,
  LOUDNESSES,
  type Loudness,
  type OutputFormat,
  type Quality,
  type SingleVoiceInputParams,
} from "../api/types";
import type { Format } from "../i18n/format";
import type { Strings } from "../i18n/zh-TW";

export interface AudioForm {
  format: OutputFormat;
  quality: Quality;
  loudness: Loudness;
}

/** What a job's file is like. Jobs of the time when there was no choice tell no more than their format. */
export function formOf(input: InputParams | SingleVoiceInputParams): AudioForm {
  const { output_format: format, quality = "standard", loudness = "none" } = input;
  return { format: isFormat(format) ? format : "mp3", quality, loudness };
}

const BIT_RATES: Readonly<Record<Quality, number>> = { standard: 96, studio: 192 };

/** How much there is of the audio in a quality: 96 kbit/s, or 16 bit in formats that lose nothing. */
export function rateText({ format: file, quality }: AudioForm, t: Strings): string {
  return file === "wav" || file === "flac" ? t.units.bits("16") : `${BIT_RATES[quality]} kbit/s`;
}

/** A loudness with its target: Podcast, −16 LUFS. */
export function loudnessText(loudness: Loudness, t: Strings, format: Format): string {
  const [name, target] = [t.audioForm.loudnesses[loudness], LOUDNESSES[loudness]];
  return target === null ? name : t.audioForm.withTarget(name, format.lufs(target));
}

/** In a few words: MP3, Standard, −16 LUFS. */
export function formText({ format: file, quality, loudness }: AudioForm, t: Strings, format: Format): string[] {
  const target = LOUDNESSES[loudness];
  return [
    FORMATS[file],
    t.audioForm.qualities[quality],
    target === null ? t.audioForm.loudnesses[loudness] : format.lufs(target),
  ];
}
