import { FormFields } from "../audio/FormFields";
import { type AudioForm, formText } from "../audio/form";
import { useSpeech } from "../i18n/strings";
import { Cover } from "../sounds/Cover";
import { SoundChoice } from "../sounds/SoundChoice";
import { Icon } from "../ui/icons";

interface Props {
  form: AudioForm;
  /** The id of a picture of the user's. */
  coverId: string | undefined;
  onChange(part: Partial<AudioForm> & { coverId?: string | undefined }): void;
}

/** How the file sounds and what it is: format, quality, loudness, cover. */
export function SoundOptions({ form, coverId, onChange }: Props) {
  const { t, format } = useSpeech();
  const summary = [...formText(form, t, format), ...(coverId === undefined ? [] : [t.audioForm.cover])];
  return (
    <details className="card options">
      <summary>
        <Icon name="chevron" />
        <span>
          <b>{t.audioForm.title}</b>
          <small>{summary.join(" · ")}</small>
        </span>
      </summary>
      <div className="options-body">
        <FormFields form={form} onChange={onChange} />
        <CoverChoice coverId={coverId} onChoose={(id) => onChange({ coverId: id })} />
      </div>
    </details>
  );
}

/** One of the user's pictures. */
export function CoverChoice(props: {
  coverId: string | undefined;
  onChoose(id: string | undefined): void;
  within?: string;
}) {
  const { coverId, onChoose, within = "" } = props;
  const { t } = useSpeech();
  return (
    <SoundChoice
      place={`${within}cover`}
      label={t.audioForm.cover}
      hint={t.audioForm.coverHint}
      kind="image"
      chosen={coverId}
      onChoose={onChoose}
      tools={(sound) => <Cover id={sound.id} name={t.audioForm.coverOf(sound.name)} />}
    />
  );
}
