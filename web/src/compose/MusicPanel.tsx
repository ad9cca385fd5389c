import { useId, useState } from "react";
import type { Format } from "../i18n/format";
import { useSpeech } from "../i18n/strings";
import { SoundChoice } from "../sounds/SoundChoice";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { IconButton } from "../ui/IconButton";
import { Icon } from "../ui/icons";
import { paths } from "../ui/route";
import {
  CLIP_RANGES,
  type ClipField,
  clipFieldsOf,
  MUSIC_PLACES,
  type Music,
  type MusicPlace,
  type PlacedSound,
  USUAL,
  withSound,
} from "./music";

interface Props {
  music: Music;
  onChange(change: (music: Music) => Music): void;
}

/** Music before, after and under the speech. */
export function MusicPanel({ music, onChange }: Props) {
  const { t } = useSpeech();
  const named = MUSIC_PLACES.filter((place) => music[place] !== undefined).map((place) => t.music.places[place]);
  return (
    <details className="card options">
      <summary>
        <Icon name="chevron" />
        <span>
          <b>{t.music.title}</b>
          <small>{named.length === 0 ? t.music.none : named.join(" · ")}</small>
        </span>
      </summary>
      <div className="options-body">
        <MusicFields music={music} onChange={onChange} />
      </div>
    </details>
  );
}

/** A sound for each place, and how it is heard. `within`: what uploads for it are called, where there are others. */
export function MusicFields({ music, onChange, within = "" }: Props & { within?: string }) {
  const { t, format } = useSpeech();
  const [settingOf, setSettingOf] = useState<MusicPlace>();
  const placed = settingOf && music[settingOf];
  return (
    <>
      {MUSIC_PLACES.map((place) => {
        const sound = music[place];
        const label = t.music.places[place];
        return (
          <SoundChoice
            key={place}
            place={within + place}
            label={label}
            hint={t.music.placeHints[place]}
            kind="audio"
            chosen={sound?.sound_id}
            onChoose={(id) => onChange((before) => withSound(before, place, id))}
            tools={() => (
              <IconButton
                icon="settings"
                name={t.music.settings(label)}
                aria-haspopup="dialog"
                onClick={() => setSettingOf(place)}
              />
            )}
          >
            {sound && <ClipChips place={place} sound={sound} />}
          </SoundChoice>
        );
      })}
      <small className="music-foot">
        {t.music.drop} <a href={paths.sounds}>{t.music.toSounds}</a>
      </small>
      {settingOf && placed && (
        <Dialog title={t.music.settings(t.music.places[settingOf])} onClose={() => setSettingOf(undefined)}>
          <div className="delivery">
            {clipFieldsOf(settingOf).map((field) => (
              <ClipSlider
                key={field}
                field={field}
                value={placed[field] ?? 0}
                usual={USUAL[settingOf][field] ?? 0}
                format={format}
                onChange={(value) =>
                  onChange((before) => ({
                    ...before,
                    [settingOf]: { ...placed, ...before[settingOf], [field]: value },
                  }))
                }
              />
            ))}
          </div>
          <div className="delivery-foot">
            <Button
              onClick={() =>
                onChange((before) => ({ ...before, [settingOf]: { ...USUAL[settingOf], sound_id: placed.sound_id } }))
              }
            >
              {t.delivery.resetAll}
            </Button>
            <Button look="primary" onClick={() => setSettingOf(undefined)}>
              {t.delivery.done}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** What is set otherwise than usual. */
function ClipChips({ place, sound }: { place: MusicPlace; sound: PlacedSound }) {
  const { t, format } = useSpeech();
  const changed = clipFieldsOf(place).filter((field) => sound[field] !== USUAL[place][field]);
  if (changed.length === 0) return null;
  return (
    <span className="chips">
      {changed.map((field) => (
        <span key={field} className="chip">
          {t.music.chips[field](clipText(field, sound[field] ?? 0, format))}
        </span>
      ))}
    </span>
  );
}

function ClipSlider(props: {
  field: ClipField;
  value: number;
  usual: number;
  format: Format;
  onChange(value: number): void;
}) {
  const { field, value, usual, format, onChange } = props;
  const { t } = useSpeech();
  const id = useId();
  const label = t.music.fields[field];
  const text = clipText(field, value, format);
  const hint: string | undefined = t.music.hints[field];
  const isSet = value !== usual;
  return (
    <div className="options-field delivery-field" data-set={isSet || undefined}>
      <span className="options-label">
        <label htmlFor={id}>{label}</label>
        <output htmlFor={id}>{text}</output>
        {isSet && <IconButton icon="undo" name={t.delivery.reset(label)} onClick={() => onChange(usual)} />}
      </span>
      <input
        id={id}
        type="range"
        {...CLIP_RANGES[field]}
        value={value}
        aria-valuetext={text}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
      {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

function clipText(field: ClipField, value: number, format: Format): string {
  if (field === "gain_db") return format.decibels(value);
  return field === "duck_db" ? `${format.number(value)} dB` : format.span(value);
}
