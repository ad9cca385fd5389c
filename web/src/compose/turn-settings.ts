/** How single turns are to be spoken, and how that stays with a turn while the script around it is edited. */

import { speakerKey } from "../speakers";
import type { TurnDelivery } from "./delivery";

export interface SpokenTurn {
  speaker: string;
  text: string;
}

export interface TurnSetting extends SpokenTurn {
  /** The place among the turns, counted from 0; `NOWHERE` for a turn that has gone, and may come back. */
  position: number;
  delivery: TurnDelivery;
}

export const NOWHERE = -1;
const MOST_GONE = 200;

/** `settings` with another delivery for one turn; an empty one takes the setting away. */
export function withTurn(
  settings: readonly TurnSetting[],
  position: number,
  { speaker, text }: SpokenTurn,
  delivery: TurnDelivery,
): readonly TurnSetting[] {
  const others = settings.filter((setting) => setting.position !== position);
  return Object.keys(delivery).length === 0 ? others : [...others, { position, speaker, text, delivery }];
}

/**
 * `settings` for the turns `after` an edit, where there were those `before` it.
 *
 * The turns at the beginning and at the end that are as they were keep theirs. Between them a setting goes to the turn
 * of the same speaker and text; else to the turn that was edited in its place. One whose turn has gone is kept, and
 * applies again when the turn comes back: moved by cut and paste, or by undoing. The same array, if nothing changes.
 */
export function carryOver(
  settings: readonly TurnSetting[],
  before: readonly SpokenTurn[] | undefined,
  after: readonly SpokenTurn[],
): readonly TurnSetting[] {
  if (settings.length === 0) return settings;
  const keys = after.map(keyOf);
  const keysBefore = before?.map(keyOf) ?? [];
  const most = Math.min(keys.length, keysBefore.length);
  let start = 0;
  while (start < most && keys[start] === keysBefore[start]) start += 1;
  let tail = 0;
  while (tail < most - start && keys[keys.length - 1 - tail] === keysBefore[keysBefore.length - 1 - tail]) tail += 1;
  const shift = keys.length - keysBefore.length;
  const places = new Map<TurnSetting, number>();
  const taken = new Set<number>();
  const put = (setting: TurnSetting, position: number | undefined) => {
    if (position === undefined || taken.has(position)) return;
    places.set(setting, position);
    taken.add(position);
  };

  // Those that an edit has not touched, or only moved.
  for (const setting of settings) {
    const { position } = setting;
    if (position < 0) continue;
    if (position < start) put(setting, position);
    else if (before && position >= keysBefore.length - tail) put(setting, position + shift);
    else if (!before && keys[position] === keyOf(setting)) put(setting, position);
  }
  // The same words elsewhere: the nearest.
  const end = keys.length - tail;
  const positions = new Map<string, number[]>();
  for (const [index, key] of keys.slice(start, end).entries()) {
    const same = positions.get(key);
    if (same) same.push(start + index);
    else positions.set(key, [start + index]);
  }
  for (const setting of settings) {
    if (places.has(setting)) continue;
    const free = (positions.get(keyOf(setting)) ?? []).filter((position) => !taken.has(position));
    put(setting, nearest(free, setting.position));
  }
  // Other words in the same place.
  const isInPlace = before === undefined || shift === 0;
  for (const setting of settings) {
    if (places.has(setting) || setting.position < 0) continue;
    const { position } = setting;
    const turn = after[position];
    if (isInPlace && turn && (isSameSpeaker(turn, setting) || turn.text === setting.text)) put(setting, position);
    if (places.has(setting)) continue;
    const grown = after.findIndex(
      (each, index) => index >= start && index < end && isSameSpeaker(each, setting) && isPart(each, setting),
    );
    put(setting, grown < 0 ? undefined : grown);
  }

  const carried = settings.map((setting) => {
    const position = places.get(setting) ?? NOWHERE;
    const turn = after[position];
    if (!turn) return setting.position === NOWHERE ? setting : { ...setting, position };
    const { speaker, text } = turn;
    const isAsItWas = position === setting.position && speaker === setting.speaker && text === setting.text;
    return isAsItWas ? setting : { ...setting, position, speaker, text };
  });
  if (carried.every((setting, index) => setting === settings[index])) return settings;
  const gone = carried.filter(({ position }) => position === NOWHERE);
  return [...gone.slice(-MOST_GONE), ...carried.filter(({ position }) => position !== NOWHERE)];
}

function keyOf({ speaker, text }: SpokenTurn): string {
  return `${speakerKey(speaker)}\n${text.replace(/\s+/g, " ").trim()}`;
}

function isSameSpeaker(one: SpokenTurn, other: SpokenTurn): boolean {
  return speakerKey(one.speaker) === speakerKey(other.speaker);
}

/** Whether one is how the other begins: a turn that was cut in two, or joined with the next. */
function isPart(one: SpokenTurn, other: SpokenTurn): boolean {
  return one.text.startsWith(other.text) || other.text.startsWith(one.text);
}

function nearest(positions: readonly number[], wanted: number): number | undefined {
  const distance = (position: number) => Math.abs(position - wanted);
  return positions.reduce<number | undefined>(
    (best, position) => (best === undefined || distance(position) < distance(best) ? position : best),
    undefined,
  );
}
