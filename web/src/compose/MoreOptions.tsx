import type { ReactNode } from "react";
import { type FieldProblem, isScriptFormat, SCRIPT_FORMATS, type Voice } from "../api/types";
import { isSecretMissing, JOB_WEBHOOK, MAX_WEBHOOK_URL_CHARACTERS } from "../api/webhooks";
import { useSpeech } from "../i18n/strings";
import { MAX_TITLE_CHARACTERS } from "../titles";
import { Choice } from "../ui/Choice";
import { Icon } from "../ui/icons";
import { paths } from "../ui/route";
import type { Draft } from "./draft";
import { PronunciationChoice } from "./PronunciationChoice";
import { languagesOf } from "./voice-search";

interface Props {
  draft: Draft;
  onChange(part: Partial<Draft>): void;
  /** The language that the script seems to be in. */
  guessed: string;
  voices: readonly Voice[];
  maxGapMs: number;
  maxCrossfadeMs: number;
  /** What is wrong with the webhook's URL. */
  webhookProblem: FieldProblem | undefined;
  /** The names of the pronunciation sets that apply. */
  sets: readonly string[];
  onSets(names: readonly string[]): void;
}

/** What has good defaults: how the script is read, language, gap, crossfade, author and album. */
export function MoreOptions(props: Props) {
  const { draft, onChange, guessed, voices, maxGapMs, maxCrossfadeMs, sets, onSets, webhookProblem } = props;
  const { t, format } = useSpeech();
  const nameOf = (tag: string) => format.language(tag) ?? tag;
  const languages = languagesOf(voices, guessed);
  // Chosen while another provider, or none yet, was there.
  const isListed = draft.language === undefined || languages.some(({ tag }) => tag === draft.language);
  const { markups, scriptFormats } = t.compose;
  const summary = [
    draft.isSingle
      ? nameOf(draft.language ?? guessed)
      : t.compose.moreSummary(nameOf(draft.language ?? guessed), format.span(draft.gapMs)),
    ...(draft.markup === "literal" ? [markups.literal] : []),
    ...(draft.scriptFormat === undefined ? [] : [scriptFormats[draft.scriptFormat]]),
    ...sets,
    ...(draft.pronunciations.length > 0
      ? [t.compose.pronunciationsOfJob(format.number(draft.pronunciations.length))]
      : []),
    ...[draft.author, draft.album].filter((name) => name.trim() !== ""),
    ...(draft.webhookUrl.trim() === "" ? [] : [t.webhooks.ofJobField]),
  ].join(" · ");
  return (
    <details className="card options">
      <summary>
        <Icon name="chevron" />
        <span>
          <b>{t.compose.more}</b>
          <small>{summary}</small>
        </span>
      </summary>
      <div className="options-body">
        <div className="options-field">
          <span className="options-label">{t.compose.markup}</span>
          <Choice
            label={t.compose.markup}
            value={draft.markup}
            onChange={(markup) => onChange({ markup })}
            options={(["auto", "literal"] as const).map((value) => ({ value, label: t.compose.markups[value] }))}
          />
          <small>{t.compose.markupHint[draft.markup]}</small>
        </div>
        {!draft.isSingle && (
          <Field label={t.compose.scriptFormat} id="script-format">
            <select
              id="script-format"
              className="field"
              value={draft.scriptFormat ?? ""}
              onChange={({ target: { value } }) =>
                onChange({ scriptFormat: isScriptFormat(value) ? value : undefined })
              }
            >
              <option value="">{t.compose.formatFound}</option>
              {SCRIPT_FORMATS.map((value) => (
                <option key={value} value={value}>
                  {t.compose.scriptFormats[value]}
                </option>
              ))}
            </select>
          </Field>
        )}
        <PronunciationChoice
          sets={sets}
          onSets={onSets}
          ofJob={draft.pronunciations.length}
          onDropOfJob={() => onChange({ pronunciations: [] })}
        />
        <Field label={t.compose.dialogueLanguage} id="language">
          <select
            id="language"
            className="field"
            value={draft.language ?? ""}
            onChange={(event) => onChange({ language: event.target.value || undefined })}
          >
            <option value="">{t.compose.automatic(nameOf(guessed))}</option>
            {!isListed && <option value={draft.language}>{nameOf(draft.language ?? "")}</option>}
            {languages.map(({ tag, name }) => (
              <option key={tag} value={tag}>
                {format.language(tag) ?? name}
              </option>
            ))}
          </select>
        </Field>
        {!draft.isSingle && (
          <>
            <Field label={t.compose.gap} id="gap" value={format.span(draft.gapMs)}>
              <input
                id="gap"
                type="range"
                min={0}
                max={maxGapMs}
                step={50}
                value={draft.gapMs}
                aria-valuetext={format.span(draft.gapMs)}
                onChange={(event) => onChange({ gapMs: event.target.valueAsNumber })}
              />
            </Field>
            <Field
              label={t.compose.crossfade}
              id="crossfade"
              value={format.span(draft.crossfadeMs)}
              hint={t.compose.crossfadeHint}
            >
              <input
                id="crossfade"
                type="range"
                min={0}
                max={maxCrossfadeMs}
                step={10}
                value={draft.crossfadeMs}
                aria-valuetext={format.span(draft.crossfadeMs)}
                aria-describedby="crossfade-hint"
                onChange={(event) => onChange({ crossfadeMs: event.target.valueAsNumber })}
              />
            </Field>
          </>
        )}
        {(["author", "album"] as const).map((field) => (
          <Field key={field} label={t.titles.fields[field]} id={field} hint={t.titles.hints[field]}>
            <input
              id={field}
              className="field"
              value={draft[field]}
              maxLength={MAX_TITLE_CHARACTERS}
              autoComplete="off"
              aria-describedby={`${field}-hint`}
              onChange={(event) => onChange({ [field]: event.target.value })}
            />
          </Field>
        ))}
        <Field label={t.webhooks.ofJobField} id="webhook-url" hint={t.webhooks.ofJobHint}>
          <input
            id="webhook-url"
            className="field"
            type="url"
            inputMode="url"
            value={draft.webhookUrl}
            maxLength={MAX_WEBHOOK_URL_CHARACTERS}
            placeholder="https://"
            autoComplete="off"
            spellCheck={false}
            aria-invalid={webhookProblem !== undefined || undefined}
            aria-describedby={webhookProblem === undefined ? "webhook-url-hint" : "webhook-url-wrong webhook-url-hint"}
            onChange={(event) => onChange({ webhookUrl: event.target.value })}
          />
          {webhookProblem !== undefined && (
            <small id="webhook-url-wrong" className="options-wrong">
              {isSecretMissing(webhookProblem) ? (
                <>
                  {t.webhooks.ofJobNeedsSecret} <a href={paths.webhooks(JOB_WEBHOOK)}>{t.webhooks.toSecret}</a>
                </>
              ) : (
                webhookProblem.message
              )}
            </small>
          )}
        </Field>
      </div>
    </details>
  );
}

function Field(props: { label: string; id: string; value?: string; hint?: string; children: ReactNode }) {
  const { label, id, value, hint, children } = props;
  return (
    <div className="options-field">
      <span className="options-label">
        <label htmlFor={id}>{label}</label>
        {value !== undefined && <output htmlFor={id}>{value}</output>}
      </span>
      {children}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}
