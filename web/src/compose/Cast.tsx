import { lazy, Suspense, useMemo, useState } from "react";
import { Unreachable } from "../api/errors";
import type { CastMember, ParsedDialogue, Provider, Voice } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { ofSpeaker } from "../speakers";
import { Button } from "../ui/Button";
import { ErrorNotice } from "../ui/ErrorNotice";
import { huesOf } from "../ui/hues";
import { IconButton } from "../ui/IconButton";
import { Icon } from "../ui/icons";
import { Skeleton } from "../ui/Skeleton";
import { type Auditions, auditionOf, sampleOf } from "./audition";
import { DeliveryChips } from "./DeliveryChips";
import { type Delivery, isEmpty } from "./delivery";
import { ONLY_SPEAKER } from "./draft";
import { Hear, HearResult } from "./Hear";
import { describeVoice } from "./voice-description";
import { languagesOf } from "./voice-search";

const VoicePicker = lazy(() => import("./VoicePicker"));
const DeliveryDialog = lazy(() => import("./DeliveryDialog"));

interface Props {
  dialogue: ParsedDialogue | undefined;
  /** Whether the script has to be changed before anybody can be cast. */
  isBroken: boolean;
  /** Whether it is one text in one voice. */
  isSingle: boolean;
  cast: ReadonlyMap<string, Voice>;
  /** How the service has cast each speaker, by the speaker's name. */
  members: ReadonlyMap<string, CastMember>;
  /** What was assumed, in sentences. */
  notes: readonly string[];
  /** Those whose voices are the ones that they had in a job before. */
  remembered: readonly string[];
  onAnew(): void;
  /** Undefined until they are known. */
  voices: readonly Voice[] | undefined;
  /** Why they are not known, and how to ask again. */
  error: unknown;
  onRetry(): void;
  providers: readonly Provider[];
  provider: string | undefined;
  onProvider(id: string): void;
  language: string;
  onChoose(speaker: string, voiceId: string): void;
  /** How each speaker speaks for whom that was set. */
  deliveries: Readonly<Record<string, Delivery>>;
  onDelivery(speaker: string, delivery: Delivery): void;
  auditions: Auditions;
}

/** The speakers, and the voice and the language of each; whose voices they are, where there are several providers. */
export function Cast(props: Props) {
  const { dialogue, isBroken, isSingle, cast, members, notes, remembered, onAnew, voices, error, onRetry } = props;
  const { providers, provider, onProvider, language, onChoose, deliveries, onDelivery, auditions } = props;
  const { t, format } = useSpeech();
  const [choosingFor, setChoosingFor] = useState<string>();
  const [tellingOf, setTellingOf] = useState<string>();
  const turns = useMemo(() => countTurns(dialogue), [dialogue]);
  const speakers = useMemo(() => [...turns.keys()], [turns]);
  const hueOf = useMemo(() => huesOf(speakers), [speakers]);
  const languages = useMemo(() => languagesOf(voices ?? [], language), [voices, language]);
  const nameOf = (speaker: string) => (isSingle && speaker === ONLY_SPEAKER ? t.compose.narrator : speaker);
  const sample = (speaker: string) => sampleOf(dialogue?.turns ?? [], speaker);
  const deliveryFor = (speaker: string): Delivery => ofSpeaker(deliveries, speaker) ?? {};
  return (
    <section className="card" aria-labelledby="cast-label">
      <div className="card-head">
        <h2 id="cast-label">{isSingle ? t.compose.voice : t.compose.cast}</h2>
      </div>
      {providers.length > 1 && (
        <div className="cast-provider">
          <label htmlFor="provider">{t.compose.provider}</label>
          <select id="provider" className="field" value={provider} onChange={(event) => onProvider(event.target.value)}>
            {providers.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
      {error != null && !(error instanceof Unreachable) && <ErrorNotice error={error} onRetry={onRetry} />}
      {!dialogue && <p className="card-empty">{isBroken ? t.compose.castBroken : t.compose.castEmpty}</p>}
      {dialogue && !voices && error == null && <Skeleton lines={2} />}
      {dialogue && voices && (
        <>
          <ul className="cast">
            {speakers.map((speaker) => {
              const voice = cast.get(speaker);
              const delivery = deliveryFor(speaker);
              const { language: own, ...how } = delivery;
              const member = members.get(speaker);
              const heard = voice && sample(speaker);
              return (
                <li key={speaker} className="cast-member" data-hue={hueOf(speaker)}>
                  <span className="cast-name" lang={member?.language ?? language}>
                    <b>{nameOf(speaker)}</b>
                    {!isSingle && <small>{t.compose.turnsOf(turns.get(speaker) ?? 0)}</small>}
                  </span>
                  <button
                    type="button"
                    className="cast-voice"
                    aria-haspopup="dialog"
                    onClick={() => setChoosingFor(speaker)}
                  >
                    <span>
                      <span className="unseen">{t.compose.voiceOfIs(nameOf(speaker))}</span>
                      {voice ? (
                        <>
                          <b lang={voice.language}>{voice.name}</b>
                          <small>{describeVoice(voice, t, format)}</small>
                        </>
                      ) : (
                        t.compose.chooseVoice
                      )}
                    </span>
                    <Icon name="chevron" />
                  </button>
                  <span className="cast-tools">
                    {heard && (
                      <Hear
                        scope="cast"
                        id={speaker}
                        what={t.hear.as(voice.name, nameOf(speaker))}
                        text={heard.text}
                        request={() =>
                          auditionOf(auditions, voice, speaker, heard.text, { ...delivery, ...heard.delivery })
                        }
                      />
                    )}
                    <IconButton
                      icon="settings"
                      name={t.delivery.ofSpeaker(nameOf(speaker))}
                      aria-haspopup="dialog"
                      onClick={() => setTellingOf(speaker)}
                    />
                  </span>
                  <select
                    className="cast-language"
                    aria-label={t.compose.languageOf(nameOf(speaker))}
                    value={own ?? ""}
                    onChange={({ target: { value } }) => onDelivery(speaker, value ? { ...how, language: value } : how)}
                  >
                    <option value="">
                      {member === undefined || own !== undefined
                        ? t.compose.languageAuto
                        : (member.language_source === "given" ? t.compose.languageDetected : t.compose.languageAssumed)(
                            format.language(member.language) ?? member.language,
                          )}
                    </option>
                    {own !== undefined && !languages.some(({ tag }) => tag === own) && (
                      <option value={own}>{format.language(own) ?? own}</option>
                    )}
                    {languages.map(({ tag, name }) => (
                      <option key={tag} value={tag}>
                        {format.language(tag) ?? name}
                      </option>
                    ))}
                  </select>
                  {!isEmpty(how) && <DeliveryChips delivery={how} voice={voice} />}
                </li>
              );
            })}
          </ul>
          <div className="cast-foot">
            <HearResult scope="cast" hint={isSingle ? t.hear.hintSingle : t.hear.hint} />
            <ul className="cast-notes" aria-label={t.compose.assumed}>
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
              {remembered.length > 0 && (
                <li>
                  {t.compose.asBefore(format.list(remembered.map(nameOf)))}{" "}
                  <Button look="plain" onClick={onAnew}>
                    {t.compose.otherVoices}
                  </Button>
                </li>
              )}
            </ul>
          </div>
        </>
      )}
      <Suspense>
        {choosingFor !== undefined && voices && (
          <VoicePicker
            speaker={nameOf(choosingFor)}
            chosen={cast.get(choosingFor)}
            cast={cast}
            voices={voices}
            language={members.get(choosingFor)?.language ?? language}
            text={sample(choosingFor)?.text}
            audition={(voice, text) => {
              const delivery = { ...deliveryFor(choosingFor), ...sample(choosingFor)?.delivery };
              return auditionOf(auditions, voice, choosingFor, text, delivery);
            }}
            onClose={() => setChoosingFor(undefined)}
            onChoose={(voiceId) => {
              onChoose(choosingFor, voiceId);
              setChoosingFor(undefined);
            }}
          />
        )}
        {tellingOf !== undefined && voices && (
          <DeliveryDialog
            title={t.delivery.ofSpeaker(nameOf(tellingOf))}
            voice={cast.get(tellingOf)}
            voices={voices}
            language={language}
            delivery={deliveryFor(tellingOf)}
            heard={sample(tellingOf)?.text}
            audition={(voice, text, delivery) =>
              auditionOf(auditions, voice, tellingOf, text, { ...sample(tellingOf)?.delivery, ...delivery })
            }
            onChange={(delivery) => onDelivery(tellingOf, delivery)}
            onClose={() => setTellingOf(undefined)}
          />
        )}
      </Suspense>
    </section>
  );
}

/** How many turns each speaker has, in order of appearance. */
function countTurns(dialogue: ParsedDialogue | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { speaker, is_sound: isSound } of dialogue?.turns ?? []) {
    if (!isSound) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
  }
  return counts;
}
