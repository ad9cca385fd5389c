import { useId } from "react";
import { FORMATS, isFormat, isLoudness, LOUDNESSES, QUALITIES } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Choice } from "../ui/Choice";
import { type AudioForm, loudnessText, rateText } from "./form";

/** Format, quality and loudness, each with what it is good for. */
export function FormFields({ form, onChange }: { form: AudioForm; onChange(part: Partial<AudioForm>): void }) {
  const { t, format } = useSpeech();
  const id = useId();
  return (
    <>
      <div className="options-field">
        <label className="options-label" htmlFor={`${id}format`}>
          {t.compose.format}
        </label>
        <select
          id={`${id}format`}
          className="field"
          value={form.format}
          onChange={({ target: { value } }) => isFormat(value) && onChange({ format: value })}
        >
          {Object.keys(FORMATS)
            .filter(isFormat)
            .map((value) => (
              <option key={value} value={value}>
                {t.audioForm.withHint(FORMATS[value], t.compose.formatHint[value])}
              </option>
            ))}
        </select>
      </div>
      <div className="options-field">
        <span className="options-label">{t.audioForm.quality}</span>
        <Choice
          label={t.audioForm.quality}
          value={form.quality}
          onChange={(quality) => onChange({ quality })}
          options={QUALITIES.map((value) => ({ value, label: t.audioForm.qualities[value] }))}
        />
        <small>{t.audioForm.qualityHints[form.quality](rateText(form, t))}</small>
      </div>
      <div className="options-field">
        <label className="options-label" htmlFor={`${id}loudness`}>
          {t.audioForm.loudness}
        </label>
        <select
          id={`${id}loudness`}
          className="field"
          aria-describedby={`${id}loudness-hint`}
          value={form.loudness}
          onChange={({ target: { value } }) => isLoudness(value) && onChange({ loudness: value })}
        >
          {Object.keys(LOUDNESSES)
            .filter(isLoudness)
            .map((value) => (
              <option key={value} value={value}>
                {loudnessText(value, t, format)}
              </option>
            ))}
        </select>
        <small id={`${id}loudness-hint`}>{t.audioForm.loudnessHints[form.loudness]}</small>
      </div>
    </>
  );
}
