import { memo, useMemo, useRef, useState } from "react";
import type { FieldProblem, ParsedDialogue } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { huesOf } from "../ui/hues";
import { rangeOfLine, turnOfEachLine } from "./script";

interface Props {
  script: string;
  onChange(script: string): void;
  /** `script` as it was understood; undefined while it is not. */
  dialogue: ParsedDialogue | undefined;
  problems: readonly FieldProblem[];
  isReading: boolean;
  maxTurns: number;
  maxCharacters: number;
  /** The limit that the script itself exceeds, if it does. */
  tooLongAt: number | undefined;
  language: string;
}

/**
 * The script, with each line marked by the colour of its speaker, and the lines that cannot be read.
 *
 * Behind the text area lies a copy of its text that only shows the marks, and makes the area as tall as the text.
 */
export function ScriptEditor(props: Props) {
  const { script, onChange, dialogue, problems, isReading, maxTurns, maxCharacters, tooLongAt, language } = props;
  const { t, format } = useSpeech();
  const area = useRef<HTMLTextAreaElement>(null);
  const [cleared, setCleared] = useState<string>();

  const hues = useMemo(() => huesOfLines(script, dialogue), [script, dialogue]);
  const broken = useMemo(() => new Set(problems.map(({ line }) => line)), [problems]);
  const isBlank = script.trim() === "";

  function goToLine(line: number | undefined): void {
    if (!area.current) return;
    area.current.focus();
    if (line !== undefined) area.current.setSelectionRange(...rangeOfLine(script, line));
    document.querySelector(`[data-line="${line}"]`)?.scrollIntoView({ block: "center" });
  }

  function replace(text: string): void {
    onChange(text);
    area.current?.focus();
  }

  return (
    <div className="card editor">
      <div className="card-head">
        <h2>
          <label htmlFor="script">{t.compose.script}</label>
        </h2>
        {isBlank && cleared !== undefined && (
          <Button look="plain" onClick={() => replace(cleared)}>
            {t.compose.undo}
          </Button>
        )}
        {isBlank ? (
          <Button look="plain" icon="text" onClick={() => replace(t.compose.example)}>
            {t.compose.useExample}
          </Button>
        ) : (
          <Button
            look="plain"
            onClick={() => {
              setCleared(script);
              replace("");
            }}
          >
            {t.compose.clear}
          </Button>
        )}
      </div>
      <div className="editor-paper" lang={language}>
        <div className="editor-marks" aria-hidden="true">
          {script.split("\n").map((text, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
            <Line key={index} number={index + 1} text={text} hue={hues[index]} isBroken={broken.has(index + 1)} />
          ))}
        </div>
        <textarea
          id="script"
          ref={area}
          value={script}
          // The service ends lines at these too; a text area does not.
          onChange={(event) => onChange(event.target.value.replace(/[\u2028\u2029]/g, "\n"))}
          placeholder={t.compose.placeholder}
          aria-describedby="script-formats script-problems"
          aria-invalid={problems.length > 0 || tooLongAt !== undefined}
          spellCheck={false}
          autoComplete="off"
          rows={1}
        />
      </div>
      <div id="script-problems" role="alert" className="editor-problems">
        {tooLongAt !== undefined && <p>{t.compose.tooLong(format.number(tooLongAt))}</p>}
        {problems.length > 0 && (
          <>
            <p>{t.compose.problemsLead(problems.length)}</p>
            <ul aria-label={t.compose.problems}>
              {problems.map(({ message, line }) => (
                <li key={message}>
                  <button type="button" onClick={() => goToLine(line)}>
                    {message}
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <div className="card-foot">
        <p id="script-formats">{t.compose.formats}</p>
        <p role="status" className="editor-counts">
          {isReading
            ? t.compose.parsing
            : dialogue && !isBlank
              ? t.compose.counts(
                  format.number(dialogue.turns.length),
                  format.number(maxTurns),
                  format.number(dialogue.total_characters),
                  format.number(maxCharacters),
                )
              : t.compose.countsNone(format.number(maxCharacters))}
        </p>
      </div>
    </div>
  );
}

const Line = memo(function Line(props: { number: number; text: string; hue: number | undefined; isBroken: boolean }) {
  const { number, text, hue, isBroken } = props;
  return (
    <div data-line={number} data-hue={isBroken ? undefined : hue} data-broken={isBroken || undefined}>
      {text || "\u200b"}
    </div>
  );
});

function huesOfLines(script: string, dialogue: ParsedDialogue | undefined): (number | undefined)[] {
  if (!dialogue) return [];
  const hueOf = huesOf(dialogue.speakers);
  return turnOfEachLine(script, dialogue.turns).map((index) => {
    const turn = index === undefined ? undefined : dialogue.turns[index];
    return turn && hueOf(turn.speaker);
  });
}
