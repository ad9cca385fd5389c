import { memo } from "react";
import type { HeardTurn } from "./turns";

const WIDTH = 1000;
const LANE = 10;

/** The whole dialogue at a glance: a lane for each colour of speakers, a bar for each turn. */
export const Timeline = memo(function Timeline(props: { turns: readonly HeardTurn[]; durationMs: number }) {
  const { turns, durationMs } = props;
  const hues = [...new Set(turns.map(({ hue }) => hue))];
  const x = (ms: number) => ((ms / durationMs) * WIDTH).toFixed(2);
  return (
    <svg
      className="timeline"
      viewBox={`0 0 ${WIDTH} ${hues.length * LANE}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {hues.map((hue, lane) => (
        <path
          key={hue}
          data-hue={hue}
          d={turns
            .filter((turn) => turn.hue === hue)
            .map(
              ({ start_ms, end_ms }) => `M${x(start_ms)} ${lane * LANE + 2}H${x(end_ms)}v${LANE - 4}H${x(start_ms)}z`,
            )
            .join("")}
        />
      ))}
    </svg>
  );
});
