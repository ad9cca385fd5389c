import { type FormEvent, useId, useState } from "react";
import { useSpeech } from "../i18n/strings";
import { ErrorNotice } from "../ui/ErrorNotice";
import { type Changes, type Choice, changesOf, choicesOf, type Kind, type LimitField, wholeNumber } from "./limits";

interface Props {
  label: string;
  fields: readonly LimitField[];
  /** What holds now. */
  limits: Changes;
  /** What of it has been set. */
  changed: Changes;
  changedAt: string | null;
  changedBy: string | null;
  isPending: boolean;
  isSaved: boolean;
  error: unknown;
  onSave(changes: Changes): void;
}

/** Limits to be set, each to the deployment's own, to a number or, of characters, to none. */
export function LimitsForm(props: Props) {
  const { label, fields, limits, changed, changedAt, changedBy, isPending, isSaved, error, onSave } = props;
  const { t, format } = useSpeech();
  const [choices, setChoices] = useState(() => choicesOf(fields, changed));
  const [isRefused, setIsRefused] = useState(false);
  const changes = changesOf(fields, choices);
  const isDirty = JSON.stringify(changes) !== JSON.stringify(changesOf(fields, choicesOf(fields, changed)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsRefused(changes === undefined);
    if (changes !== undefined && isDirty && !isPending) onSave(changes);
  };
  return (
    <form className="limits" aria-label={label} onSubmit={submit}>
      {fields.map((field) => (
        <LimitRow
          key={field}
          field={field}
          choice={choices[field] ?? { kind: "default", number: "" }}
          standard={changed[field] === undefined ? limits[field] : undefined}
          isRefused={isRefused}
          onChange={(choice) => setChoices({ ...choices, [field]: choice })}
        />
      ))}
      {error != null && <ErrorNotice error={error} />}
      <div className="limits-foot">
        <p role="status">
          {isDirty
            ? t.pronunciations.unsaved
            : isSaved
              ? t.operators.saved
              : changedAt && t.operators.changedBy(changedBy ?? "?", format.relative(changedAt))}
        </p>
        <button type="submit" className="button button-primary" aria-disabled={!isDirty || isPending || undefined}>
          {isPending ? t.operators.saving : t.operators.save}
        </button>
      </div>
    </form>
  );
}

interface RowProps {
  field: LimitField;
  choice: Choice;
  /** The deployment's own, where it is known: null for no limit, undefined where something else is set. */
  standard: number | null | undefined;
  isRefused: boolean;
  onChange(choice: Choice): void;
}

function LimitRow({ field, choice, standard, isRefused, onChange }: RowProps) {
  const { t, format } = useSpeech();
  const id = useId();
  const name = t.operators.fields[field];
  const kinds: readonly Kind[] = field === "max_active_jobs" ? ["default", "set"] : ["default", "set", "none"];
  const isWrong = isRefused && choice.kind === "set" && wholeNumber(choice.number) === undefined;
  const nameOf = (kind: Kind) => {
    if (kind !== "default" || standard === undefined) return t.operators.choices[kind];
    return t.operators.defaultOf(standard === null ? t.operators.noLimit : format.number(standard));
  };
  return (
    <div className="limit">
      <label htmlFor={id}>{name}</label>
      <select
        id={id}
        className="field"
        value={choice.kind}
        onChange={({ target: { value } }) => onChange({ ...choice, kind: value as Kind })}
      >
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {nameOf(kind)}
          </option>
        ))}
      </select>
      {choice.kind === "set" && (
        <input
          className="field"
          inputMode="numeric"
          aria-label={t.operators.value(name)}
          autoComplete="off"
          value={choice.number}
          aria-invalid={isWrong || undefined}
          aria-describedby={isWrong ? `${id}wrong` : undefined}
          onChange={(event) => onChange({ ...choice, number: event.target.value })}
        />
      )}
      {isWrong && (
        <small id={`${id}wrong`} role="alert">
          {t.operators.invalid}
        </small>
      )}
    </div>
  );
}
