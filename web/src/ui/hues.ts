import { firstSpellings, speakerKey } from "../speakers";

/** How many colours speakers have (`tokens.css`); more speakers than that share them. */
const HUES = 8;

/** The colour of each of `speakers`, in order of appearance: a number for `data-hue`. */
export function huesOf(speakers: Iterable<string>): (speaker: string) => number {
  const hues = new Map([...firstSpellings(speakers).keys()].map((key, place) => [key, place % HUES]));
  return (speaker) => hues.get(speakerKey(speaker)) ?? 0;
}
