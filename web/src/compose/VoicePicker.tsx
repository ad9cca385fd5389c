import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import type { Gender, PreviewRequest, Voice } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/icons";
import { lengthOf } from "./audition";
import { Hear, HearResult } from "./Hear";
import { describeVoice } from "./voice-description";
import { languagesOf, matchingVoices } from "./voice-search";

interface Props {
  speaker: string;
  chosen: Voice | undefined;
  cast: ReadonlyMap<string, Voice>;
  voices: readonly Voice[];
  /** Whose voices are shown first. */
  language: string;
  /** The speaker's own words, by which voices are tried. */
  text: string | undefined;
  audition(voice: Voice, text: string): PreviewRequest;
  onChoose(voiceId: string): void;
  onClose(): void;
}

/**
 * All voices to choose one from: searched by typing, moved through by the arrow keys, chosen by Enter or a click.
 *
 * Each has a button beside it by which it is heard. Tab leads from the search to that of the voice at hand; the arrow
 * keys move on from there.
 */
export default function VoicePicker({
  speaker,
  chosen,
  cast,
  voices,
  language,
  text,
  audition,
  onChoose,
  onClose,
}: Props) {
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
  const isHearing = () => list.current?.contains(document.activeElement) ?? false;
  const activeId = activeVoice && optionId(activeVoice);
  useEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
  }, [activeId]);

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = found[Math.min(Math.max(activeIndex + step, 0), found.length - 1)];
      setActive(next?.voice_id);
      if (next && isHearing())
        document
          .getElementById(`${optionId(next)}-hear`)
          ?.querySelector("button")
          ?.focus();
    } else if (event.key === "Enter" && !isHearing() && activeVoice && !event.nativeEvent.isComposing) {
      event.preventDefault();
      onChoose(activeVoice.voice_id);
    }
  }

  return (
    <Dialog title={t.compose.voiceOf(speaker)} onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the search and the buttons have the focus */}
      <div className="picker" onKeyDown={onKeyDown}>
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
        <HearResult
          scope="picker"
          {...(text !== undefined && { hint: t.hear.hintPicker(speaker, format.number(lengthOf(text))) })}
        />
        <div className="picker-list" ref={list} hidden={found.length === 0}>
          <div className="picker-options" id={listId} role="listbox" aria-label={t.picker.voices}>
            {found.map((voice, index) => (
              <VoiceOption
                key={voice.voice_id}
                id={optionId(voice)}
                row={index + 1}
                voice={voice}
                isActive={index === activeIndex}
                isChosen={voice.voice_id === chosen?.voice_id}
                user={[...cast].find(([name, other]) => name !== speaker && other.voice_id === voice.voice_id)?.[0]}
                onChoose={onChoose}
              />
            ))}
          </div>
          <div className="picker-options">
            {text !== undefined &&
              found.map((voice, index) => (
                <span
                  key={voice.voice_id}
                  id={`${optionId(voice)}-hear`}
                  className="picker-hear"
                  style={{ gridRow: index + 1 }}
                >
                  <Hear
                    scope="picker"
                    id={voice.voice_id}
                    what={voice.name}
                    text={text}
                    request={() => audition(voice, text)}
                    tabIndex={index === activeIndex ? 0 : -1}
                  />
                </span>
              ))}
          </div>
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
      </div>
    </Dialog>
  );
}

interface OptionProps {
  id: string;
  /** Its row among all, counted from 1. */
  row: number;
  voice: Voice;
  isActive: boolean;
  isChosen: boolean;
  /** The other speaker who has this voice already. */
  user: string | undefined;
  onChoose(voiceId: string): void;
}

function VoiceOption({ id, row, voice, isActive, isChosen, user, onChoose }: OptionProps) {
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
      style={{ gridRow: row }}
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
