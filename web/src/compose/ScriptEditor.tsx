import { memo, useEffect, useMemo, useRef, useState } from "react";
import type { FieldProblem, ParsedDialogue, ScriptFormat, Warning } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { FileButton } from "../ui/FileButton";
import { huesOf } from "../ui/hues";
import { useDrop } from "../ui/use-drop";
import { Marked } from "./Marked";
import { rangeOfLine, turnOfEachLine } from "./script";
import { decodeScript, type FileTrouble, MAX_SCRIPT_FILE_BYTES, SCRIPT_FILES } from "./text-file";

interface Props {
  script: string;
  onChange(script: string): void;
  /** Whether the script is one text in one voice. */
  isSingle: boolean;
  onSingle(isSingle: boolean): void;
  /** Is given the text of a file. */
  onFile(text: string): void;
  /** The line at which the job that is edited has failed, as long as it says the same. */
  failedLine: number | undefined;
  /** `script` as it was understood; undefined while it is not. */
  dialogue: ParsedDialogue | undefined;
  problems: readonly FieldProblem[];
  /** What is not spoken as it stands: of the script as it was last understood. */
  warnings: readonly Warning[];
  /** The format that the service took the script for. */
  foundFormat: ScriptFormat | undefined;
  /** How many characters are spoken; undefined while that is not known. */
  characters: number | undefined;
  /** The keys of the styles that voices have; undefined where tags are spoken. */
  styles: ReadonlySet<string> | undefined;
  isReading: boolean;
  maxTurns: number;
  maxCharacters: number;
  /** The limit that the script itself exceeds, if it does. */
  tooLongAt: number | undefined;
  language: string;
}

/**
 * The script, with each line marked by the colour of its speaker, its tags and directions, what of it is not spoken,
 * and the lines that cannot be read.
 *
 * Behind the text area lies a copy of its text that only shows the marks, and makes the area as tall as the text.
 */
export function ScriptEditor(props: Props) {
  const { script, onChange, dialogue, problems, isReading, maxTurns, maxCharacters, tooLongAt, language } = props;
  const { warnings, foundFormat, characters, styles, isSingle, onSingle, onFile, failedLine } = props;
  const { t, format, locale } = useSpeech();
  const area = useRef<HTMLTextAreaElement>(null);
  const [cleared, setCleared] = useState<string>();
  const [trouble, setTrouble] = useState<FileTrouble>();

  const hues = useMemo(() => huesOfLines(script, dialogue), [script, dialogue]);
  const broken = useMemo(() => new Set(problems.map(({ line }) => line)), [problems]);
  const warningsOf = useMemo(() => byLine(dialogue ? warnings : []), [dialogue, warnings]);
  const isBlank = script.trim() === "";

  async function read([file]: readonly File[]): Promise<void> {
    if (!file) return;
    const isLarge = file.size > MAX_SCRIPT_FILE_BYTES;
    const found = isLarge
      ? { trouble: "large" as const }
      : decodeScript(new Uint8Array(await file.arrayBuffer()), locale);
    setTrouble("trouble" in found ? found.trouble : undefined);
    if ("text" in found) onFile(found.text);
  }
  const drop = useDrop((files) => void read(files));

  // Once, when it is known which line it is.
  const hasGone = useRef(false);
  useEffect(() => {
    if (failedLine === undefined || hasGone.current) return;
    hasGone.current = true;
    area.current?.focus({ preventScroll: true });
    area.current?.setSelectionRange(...rangeOfLine(area.current.value, failedLine));
    document.querySelector(`[data-line="${failedLine}"]`)?.scrollIntoView({ block: "center" });
  }, [failedLine]);

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
    <div className="card editor" {...drop}>
      <div className="card-head">
        <h2>
          <label htmlFor="script">{t.compose.script}</label>
        </h2>
        <Choice
          label={t.compose.kind}
          value={isSingle ? "single" : "dialogue"}
          onChange={(kind) => onSingle(kind === "single")}
          options={(["dialogue", "single"] as const).map((value) => ({ value, label: t.compose.kinds[value] }))}
        />
      </div>
      <div className="editor-tools">
        <FileButton
          look="plain"
          icon="upload"
          label={t.compose.openFile}
          accept={SCRIPT_FILES}
          onFiles={(files) => void read(files)}
        />
        {isBlank && cleared !== undefined && (
          <Button look="plain" onClick={() => replace(cleared)}>
            {t.compose.undo}
          </Button>
        )}
        {isBlank ? (
          <Button
            look="plain"
            icon="text"
            onClick={() => replace(isSingle ? t.compose.exampleSingle : t.compose.example)}
          >
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
            <Line
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
              key={index}
              number={index + 1}
              text={text}
              hue={hues[index]}
              isBroken={broken.has(index + 1) || index + 1 === failedLine}
              warnings={warningsOf.get(index + 1)}
              styles={styles}
            />
          ))}
        </div>
        <textarea
          id="script"
          ref={area}
          value={script}
          // The service ends lines at these too; a text area does not.
          onChange={(event) => onChange(event.target.value.replace(/[\u2028\u2029]/g, "\n"))}
          placeholder={isSingle ? t.compose.placeholderSingle : t.compose.placeholder}
          aria-describedby="script-formats script-problems script-failed"
          aria-invalid={problems.length > 0 || tooLongAt !== undefined}
          spellCheck={false}
          autoComplete="off"
          rows={1}
        />
      </div>
      <div id="script-problems" role="alert" className="editor-problems">
        {trouble && <p>{t.compose.fileTroubles[trouble]}</p>}
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
            {!isSingle && (
              <Button look="plain" onClick={() => onSingle(true)}>
                {t.compose.speakAsOne}
              </Button>
            )}
          </>
        )}
      </div>
      <div id="script-failed" className="editor-problems">
        {failedLine !== undefined && (
          <button type="button" onClick={() => goToLine(failedLine)}>
            {t.compose.failedLine(format.number(failedLine))}
          </button>
        )}
      </div>
      <div className="editor-warnings">
        {warnings.length > 0 && (
          <>
            <p role="status">{t.compose.warningsLead(warnings.length)}</p>
            <ul aria-label={t.compose.warnings}>
              {warnings.slice(0, MOST_WARNINGS).map(({ code, line, message, text }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two may say the same
                <li key={`${index} ${line} ${code} ${text}`}>
                  <button type="button" onClick={() => goToLine(line)}>
                    {t.compose.atLine(format.number(line), message)}
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <div className="card-foot">
        <p id="script-formats">
          {isSingle
            ? t.compose.singleHint
            : foundFormat !== undefined && foundFormat !== "plain"
              ? t.compose.foundFormat(t.compose.scriptFormats[foundFormat])
              : t.compose.formats}
        </p>
        <p role="status" className="editor-counts">
          {isReading
            ? t.compose.parsing
            : isBlank || characters === undefined
              ? t.compose.countsNone(format.number(maxCharacters))
              : dialogue
                ? t.compose.counts(
                    format.number(dialogue.turns.length),
                    format.number(maxTurns),
                    format.number(characters),
                    format.number(maxCharacters),
                  )
                : t.compose.countsSingle(format.number(characters), format.number(maxCharacters))}
        </p>
      </div>
    </div>
  );
}

/** More are not listed one by one; their lines are marked. */
const MOST_WARNINGS = 200;

const Line = memo(function Line(props: {
  number: number;
  text: string;
  hue: number | undefined;
  isBroken: boolean;
  warnings: readonly Warning[] | undefined;
  styles: ReadonlySet<string> | undefined;
}) {
  const { number, text, hue, isBroken, warnings, styles } = props;
  const unspoken = warnings?.filter(({ code }) => code !== "pause_too_long").map((warning) => warning.text);
  return (
    <div data-line={number} data-hue={isBroken ? undefined : hue} data-broken={isBroken || undefined}>
      <Marked text={text || "\u200b"} styles={styles} unspoken={unspoken} />
      {warnings && <span className="editor-warning" data-message={warnings.map(({ message }) => message).join("\n")} />}
    </div>
  );
});

function byLine(warnings: readonly Warning[]): ReadonlyMap<number, readonly Warning[]> {
  const found = new Map<number, Warning[]>();
  for (const warning of warnings) {
    const others = found.get(warning.line);
    if (others) others.push(warning);
    else found.set(warning.line, [warning]);
  }
  return found;
}

function huesOfLines(script: string, dialogue: ParsedDialogue | undefined): (number | undefined)[] {
  if (!dialogue) return [];
  const hueOf = huesOf(dialogue.speakers);
  return turnOfEachLine(script, dialogue.turns).map((index) => {
    const turn = index === undefined ? undefined : dialogue.turns[index];
    return turn && hueOf(turn.speaker);
  });
}
