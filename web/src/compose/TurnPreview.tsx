import { memo } from "react";
import type { ParsedDialogue } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { huesOf } from "../ui/hues";

/** The script as the service understood it, turn by turn. */
export const TurnPreview = memo(function TurnPreview(props: {
  dialogue: ParsedDialogue | undefined;
  language: string;
}) {
  const { dialogue, language } = props;
  const { t } = useSpeech();
  const hueOf = huesOf(dialogue?.speakers ?? []);
  return (
    <section className="card" aria-labelledby="turns-label">
      <div className="card-head">
        <h2 id="turns-label">{t.compose.turns}</h2>
      </div>
      {dialogue ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
        <ol className="preview" lang={language} aria-labelledby="turns-label" tabIndex={0}>
          {dialogue.turns.map((turn) => (
            <li key={turn.index} data-hue={hueOf(turn.speaker)}>
              <b>{turn.speaker}</b>
              <span>{turn.text}</span>
            </li>
          ))}
        </ol>
      ) : (
        <p className="card-empty">{t.compose.turnsEmpty}</p>
      )}
    </section>
  );
});
