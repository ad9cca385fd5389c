import { MAX_SETS_OF_JOB, usePronunciationSets } from "../api/pronunciations";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { paths } from "../ui/route";

interface Props {
  /** The names of the sets that apply. */
  sets: readonly string[];
  onSets(names: readonly string[]): void;
  /** How many pronunciations the dialogue has from the job that is edited. */
  ofJob: number;
  onDropOfJob(): void;
}

/** Which pronunciation sets the dialogue is spoken with. */
export function PronunciationChoice({ sets, onSets, ofJob, onDropOfJob }: Props) {
  const { t, format } = useSpeech();
  const { data: kept } = usePronunciationSets();
  return (
    <fieldset className="options-field options-sets">
      <legend className="options-label">{t.compose.pronunciations}</legend>
      {ofJob > 0 && (
        <p className="options-of-job">
          <span>{t.compose.pronunciationsOfJob(format.number(ofJob))}</span>
          <Button look="plain" onClick={onDropOfJob}>
            {t.compose.leaveOut}
          </Button>
        </p>
      )}
      {kept && kept.length > 0 && (
        <ul>
          {kept.map(({ name, entry_count }) => {
            const isChosen = sets.includes(name);
            return (
              <li key={name}>
                <label>
                  <input
                    type="checkbox"
                    checked={isChosen}
                    disabled={!isChosen && sets.length >= MAX_SETS_OF_JOB}
                    onChange={() => onSets(isChosen ? sets.filter((other) => other !== name) : [...sets, name])}
                  />
                  <span>{name}</span>
                  <small>{t.pronunciations.entries(format.number(entry_count))}</small>
                </label>
              </li>
            );
          })}
        </ul>
      )}
      <small>
        <a href={paths.pronunciations()}>{t.compose.toPronunciations}</a>
      </small>
    </fieldset>
  );
}
