/** Where the turn is at which a job has failed, while the script is edited. */

import { carryOver, type SpokenTurn } from "./turn-settings";

/** The place of the turn `at` among the turns `after` an edit; undefined once it says something else. */
export function placeAfter(
  at: number,
  before: readonly SpokenTurn[],
  after: readonly SpokenTurn[],
): number | undefined {
  const failed = before[at];
  if (!failed) return undefined;
  const { speaker, text } = failed;
  const [carried] = carryOver([{ position: at, speaker, text, delivery: {} }], before, after);
  const now = carried && after[carried.position];
  return now?.speaker === speaker && now.text === text ? carried?.position : undefined;
}
