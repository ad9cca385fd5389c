import { useMemo, useState } from "react";
import { Unreachable } from "../api/errors";
import type { ParsedDialogue, Provider, Voice } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { ofSpeaker } from "../speakers";
import { ErrorNotice } from "../ui/ErrorNotice";
import { huesOf } from "../ui/hues";
import { IconButton } from "../ui/IconButton";
import { Icon } from "../ui/icons";
import { Skeleton } from "../ui/Skeleton";
import { DeliveryChips } from "./DeliveryChips";
import { DeliveryDialog } from "./DeliveryDialog";
import { type Delivery, isEmpty } from "./delivery";
import { VoicePicker } from "./VoicePicker";
import { describeVoice } from "./voice-description";

interface Props {
  dialogue: ParsedDialogue | undefined;
  cast: ReadonlyMap<string, Voice>;
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
}

/** The speakers, and the voice of each; whose voices they are, where there are several providers. */
export function Cast(props: Props) {
  const { dialogue, cast, voices, error, onRetry, providers, provider, onProvider, language, onChoose } = props;
  const { deliveries, onDelivery } = props;
  const { t, format } = useSpeech();
  const [choosingFor, setChoosingFor] = useState<string>();
  const [tellingOf, setTellingOf] = useState<string>();
  const turns = useMemo(() => countTurns(dialogue), [dialogue]);
  const hueOf = useMemo(() => huesOf(dialogue?.speakers ?? []), [dialogue]);
  return (
    <section className="card" aria-labelledby="cast-label">
      <div className="card-head">
        <h2 id="cast-label">{t.compose.cast}</h2>
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
      {!dialogue && <p className="card-empty">{t.compose.castEmpty}</p>}
      {dialogue && !voices && error == null && <Skeleton lines={2} />}
      {dialogue && voices && (
        <ul className="cast">
          {dialogue.speakers.map((speaker) => {
            const voice = cast.get(speaker);
            const delivery = ofSpeaker(deliveries, speaker) ?? {};
            return (
              <li key={speaker} className="cast-member" data-hue={hueOf(speaker)}>
                <span className="cast-name" lang={language}>
                  <b>{speaker}</b>
                  <small>{t.compose.turnsOf(turns.get(speaker) ?? 0)}</small>
                </span>
                <button
                  type="button"
                  className="cast-voice"
                  aria-haspopup="dialog"
                  onClick={() => setChoosingFor(speaker)}
                >
                  {voice ? (
                    <span>
                      <span className="unseen">{t.compose.voiceOfIs(speaker)}</span>
                      <b lang={voice.language}>{voice.name}</b>
                      <small>{describeVoice(voice, t, format)}</small>
                    </span>
                  ) : (
                    <span>
                      <span className="unseen">{t.compose.voiceOfIs(speaker)}</span>
                      {t.compose.chooseVoice}
                    </span>
                  )}
                  <Icon name="chevron" />
                </button>
                <IconButton
                  icon="settings"
                  name={t.delivery.ofSpeaker(speaker)}
                  aria-haspopup="dialog"
                  onClick={() => setTellingOf(speaker)}
                />
                {!isEmpty(delivery) && <DeliveryChips delivery={delivery} voice={voice} />}
              </li>
            );
          })}
        </ul>
      )}
      {choosingFor !== undefined && voices && (
        <VoicePicker
          speaker={choosingFor}
          chosen={cast.get(choosingFor)}
          cast={cast}
          voices={voices}
          language={language}
          onClose={() => setChoosingFor(undefined)}
          onChoose={(voiceId) => {
            onChoose(choosingFor, voiceId);
            setChoosingFor(undefined);
          }}
        />
      )}
      {tellingOf !== undefined && voices && (
        <DeliveryDialog
          title={t.delivery.ofSpeaker(tellingOf)}
          voice={cast.get(tellingOf)}
          voices={voices}
          language={language}
          delivery={ofSpeaker(deliveries, tellingOf) ?? {}}
          onChange={(delivery) => onDelivery(tellingOf, delivery)}
          onClose={() => setTellingOf(undefined)}
        />
      )}
    </section>
  );
}

function countTurns(dialogue: ParsedDialogue | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { speaker } of dialogue?.turns ?? []) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
  return counts;
}
