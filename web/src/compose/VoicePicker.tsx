import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import type { Gender, Voice } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/icons";
import { describeVoice } from "./voice-description";
import { languagesOf, matchingVoices } from "./voice-search";

interface Props {
  speaker: string;
  chosen: Voice | undefined;
  cast: ReadonlyMap<string, Voice>;
  voices: readonly Voice[];
  /** Whose voices are shown first. */
  language: string;
  onChoose(voiceId: string): void;
  onClose(): void;
}

/** All voices to choose one from: searched by typing, moved through by the arrow keys, chosen by Enter or a click. */
export function VoicePicker({ speaker, chosen, cast, voices, language, onChoose, onClose }: Props) {
  const { t, format } = useSpeech();
  const listId = useId();
  const [q, setQ] = useState("");
  const [gender, setGender] = useState<Gender | "any">("any");
  const languages = useMemo(() => languagesOf(voices, language), [voices, language]);
  const [only, setOnly] = useState(() => {
    const wanted = [chosen?.language, language].find((tag) => languages.some((each) => each.tag === tag));
    return wanted ?? "";
  });
  const found = useMemo(() => matchingVoices(voices, { q, gender, language: only }), [voices, q, gender, only]);
  const [active, setActive] = useState(chosen?.voice_id);
  const activeIndex = Math.max(
    found.findIndex(({ voice_id }) => voice_id === active),
    0,
  );
  const optionId = (voice: Voice) => `${listId}-${voice.voice_id}`;
  const activeVoice = found[activeIndex];

  const list = useRef<HTMLDivElement>(null);
  const activeId = activeVoice && optionId(activeVoice);
  useEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
  }, [activeId]);

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive(found[Math.min(Math.max(activeIndex + step, 0), found.length - 1)]?.voice_id);
    } else if (event.key === "Enter" && activeVoice && !event.nativeEvent.isComposing) {
      event.preventDefault();
      onChoose(activeVoice.voice_id);
    }
  }

  return (
    <Dialog title={t.compose.voiceOf(speaker)} onClose={onClose}>
      <div className="picker-filters">
        <input
          className="field"
          type="search"
          role="combobox"
          aria-label={t.picker.search}
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={activeId}
          aria-autocomplete="list"
          placeholder={t.picker.searchHint}
          value={q}
          onChange={(event) => setQ(event.target.value)}
          onKeyDown={onKeyDown}
          data-first-focus
        />
        <select
          className="field"
          aria-label={t.picker.language}
          value={only}
          onChange={(event) => setOnly(event.target.value)}
        >
          <option value="">{t.picker.allLanguages}</option>
          {languages.map(({ tag, name }) => (
            <option key={tag} value={tag}>
              {format.language(tag) ?? name}
            </option>
          ))}
        </select>
        <Choice<Gender | "any">
          label={t.picker.gender}
          value={gender}
          onChange={setGender}
          options={(["any", "female", "male"] as const).map((value) => ({ value, label: t.picker.genders[value] }))}
        />
      </div>
      <p className="picker-found" role="status">
        {t.picker.found(format.number(found.length))}
      </p>
      <div className="picker-list" id={listId} role="listbox" aria-label={t.picker.voices} ref={list}>
        {found.map((voice, index) => (
          <VoiceOption
            key={voice.voice_id}
            id={optionId(voice)}
            voice={voice}
            isActive={index === activeIndex}
            isChosen={voice.voice_id === chosen?.voice_id}
            user={[...cast].find(([name, other]) => name !== speaker && other.voice_id === voice.voice_id)?.[0]}
            onChoose={onChoose}
          />
        ))}
      </div>
      {found.length === 0 && (
        <div className="card-empty">
          <p>{t.picker.none}</p>
          <Button
            onClick={() => {
              setQ("");
              setGender("any");
              setOnly("");
            }}
          >
            {t.picker.reset}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

interface OptionProps {
  id: string;
  voice: Voice;
  isActive: boolean;
  isChosen: boolean;
  /** The other speaker who has this voice already. */
  user: string | undefined;
  onChoose(voiceId: string): void;
}

function VoiceOption({ id, voice, isActive, isChosen, user, onChoose }: OptionProps) {
  const { t, format } = useSpeech();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the combobox has the focus
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      className="picker-option"
      data-active={isActive || undefined}
      onClick={() => onChoose(voice.voice_id)}
    >
      <b lang={voice.language}>{voice.name}</b>
      <small>
        {describeVoice(voice, t, format)}
        {voice.styles.length > 0 && ` · ${t.picker.styles(voice.styles.length)}`}
        {user !== undefined && ` · ${t.picker.inUse(user)}`}
      </small>
      <code>{voice.voice_id}</code>
      {isChosen && <Icon name="check" />}
    </div>
  );
}
