import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Unreachable } from "../api/errors";
import type { ParsedDialogue, Voice } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { ErrorNotice } from "../ui/ErrorNotice";
import { huesOf } from "../ui/hues";
import { Icon } from "../ui/icons";
import { Skeleton } from "../ui/Skeleton";
import { VoicePicker } from "./VoicePicker";
import { describeVoice } from "./voice-description";

interface Props {
  dialogue: ParsedDialogue | undefined;
  cast: ReadonlyMap<string, Voice>;
  voices: UseQueryResult<Voice[]>;
  language: string;
  onChoose(speaker: string, voiceId: string): void;
}

/** The speakers, and the voice of each. */
export function Cast({ dialogue, cast, voices, language, onChoose }: Props) {
  const { t, format } = useSpeech();
  const [choosingFor, setChoosingFor] = useState<string>();
  const turns = useMemo(() => countTurns(dialogue), [dialogue]);
  const hueOf = useMemo(() => huesOf(dialogue?.speakers ?? []), [dialogue]);
  return (
    <section className="card" aria-labelledby="cast-label">
      <div className="card-head">
        <h2 id="cast-label">{t.compose.cast}</h2>
      </div>
      {voices.isError && !(voices.error instanceof Unreachable) && (
        <ErrorNotice error={voices.error} onRetry={() => void voices.refetch()} />
      )}
      {!dialogue && <p className="card-empty">{t.compose.castEmpty}</p>}
      {dialogue && voices.isPending && <Skeleton lines={2} />}
      {dialogue && voices.data && (
        <ul className="cast">
          {dialogue.speakers.map((speaker) => {
            const voice = cast.get(speaker);
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
              </li>
            );
          })}
        </ul>
      )}
      {choosingFor !== undefined && voices.data && (
        <VoicePicker
          speaker={choosingFor}
          chosen={cast.get(choosingFor)}
          cast={cast}
          voices={voices.data}
          language={language}
          onClose={() => setChoosingFor(undefined)}
          onChoose={(voiceId) => {
            onChoose(choosingFor, voiceId);
            setChoosingFor(undefined);
          }}
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
