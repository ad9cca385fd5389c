/** How many colours speakers have (`tokens.css`); more speakers than that share them. */
const HUES = 8;

/** The colour of each speaker, in order of appearance: a number for `data-hue`. */
export function hueOf(speaker: string, speakers: readonly string[]): number {
  return Math.max(speakers.indexOf(speaker), 0) % HUES;
}
