/** Numbers, sizes, dates and durations as each language writes them. */

import type { Locale } from "./locale";
import type { Strings } from "./zh-TW";

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Format {
  number(value: number): string;
  /** A date with a time of the day, in the reader's time zone. `time`: ISO 8601. */
  dateTime(time: string | number): string;
  /** A time of the day in the reader's time zone, such as 14:03. `time`: ISO 8601. */
  timeOfDay(time: string): string;
  /** Near times by how far they are (昨天, in 3 days), others by their date. */
  relative(time: string | number, now?: number): string;
  date(time: string | number): string;
  /** A day of UTC, such as 2026-11-30, with its day of the week. */
  utcDay(day: string): string;
  /** A month such as 2026-11. */
  month(month: string): string;
  /** An amount of a currency, with `digits` after the point; those of what costs nearly nothing are four. */
  money(amount: number, currency: string, digits?: 2 | 4): string;
  bytes(size: number): string;
  /** 1:05 or 1:02:05, as players write it. */
  clock(ms: number): string;
  /** 850 ms, 4.2 s, 3 min 5 s. */
  span(ms: number): string;
  /** A share of 1, such as 45%. */
  percent(share: number): string;
  /** −16 LUFS. */
  lufs(value: number): string;
  /** +3 dB, 0 dB, −12 dB. */
  decibels(value: number): string;
  list(items: readonly string[]): string;
  /** A language's name, such as 中文（台灣）; undefined when the browser knows none. */
  language(tag: string): string | undefined;
}

/** `dates`: the language tag by which dates and times are written, such as en-GB. */
export function formatFor(locale: Locale, t: Strings, dates: string = locale): Format {
  const number = new Intl.NumberFormat(locale);
  const short = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  const signed = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, signDisplay: "exceptZero" });
  const dateTime = new Intl.DateTimeFormat(dates, { dateStyle: "medium", timeStyle: "short" });
  const timeOfDay = new Intl.DateTimeFormat(dates, { timeStyle: "short" });
  const date = new Intl.DateTimeFormat(dates, { dateStyle: "long" });
  const utcDay = new Intl.DateTimeFormat(dates, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  const month = new Intl.DateTimeFormat(dates, { year: "numeric", month: "long", timeZone: "UTC" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const list = new Intl.ListFormat(locale, { type: "conjunction", style: "short" });
  const languages = new Intl.DisplayNames(locale, { type: "language", fallback: "none" });
  return {
    number: (value) => number.format(value),
    dateTime: (time) => dateTime.format(new Date(time)),
    timeOfDay: (time) => timeOfDay.format(new Date(time)),
    date: (time) => date.format(new Date(time)),
    utcDay: (day) => utcDay.format(new Date(day)),
    month: (value) => month.format(new Date(value)),
    money: (amount, currency, digits = amount > 0 && amount < 0.1 ? 4 : 2) =>
      new Intl.NumberFormat(locale, {
        style: "currency",
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(amount),
    relative: (time, now = Date.now()) => {
      const ms = new Date(time).getTime() - now;
      const abs = Math.abs(ms);
      if (abs < 60_000) return relative.format(0, "second");
      if (abs < 60 * 60_000) return relative.format(Math.trunc(ms / 60_000), "minute");
      if (abs < DAY_MS) return relative.format(Math.trunc(ms / (60 * 60_000)), "hour");
      if (abs < 31 * DAY_MS) return relative.format(Math.round(ms / DAY_MS), "day");
      return date.format(new Date(time));
    },
    bytes: (size) => {
      if (size < 1000) return `${number.format(size)} B`;
      if (size < 1_000_000) return `${short.format(size / 1000)} KB`;
      return `${short.format(size / 1_000_000)} MB`;
    },
    clock,
    span: (ms) => {
      if (ms < 1000) return t.units.milliseconds(number.format(ms));
      const tenths = Math.round(ms / 100);
      if (tenths < 600) return t.units.seconds(short.format(tenths / 10));
      const seconds = Math.round(ms / 1000);
      return t.units.minutesSeconds(number.format(Math.floor(seconds / 60)), number.format(seconds % 60));
    },
    percent: (share) => percent.format(share),
    lufs: (value) => `${withMinus(short.format(value))}\u00a0LUFS`,
    decibels: (value) => `${withMinus(signed.format(value))}\u00a0dB`,
    list: (items) => list.format(items),
    language: (tag) => {
      try {
        return languages.of(tag);
      } catch {
        return undefined;
      }
    },
  };
}

/** With the sign that is as wide as a plus. */
function withMinus(number: string): string {
  return number.replace("-", "−");
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
