/** The cast of a draft: which voices stand, and which the service deals. */

import { useEffect, useMemo } from "react";
import { useCasting } from "../api/casting";
import type { CastMember, ParsedDialogue, Voice } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { ofSpeaker, withSpeaker } from "../speakers";
import { primaryOf, rememberedCast, standing } from "./cast";
import type { Draft } from "./draft";

const NONE: readonly never[] = [];
/** The most languages of the browser that the service is told. */
const MOST_LANGUAGES = 10;

/** Who speaks with which voice in which language: what stands, and what the service deals to the others. */
export function useCast(
  user: string,
  draft: Draft,
  setDraft: (next: (before: Draft) => Draft) => void,
  dialogue: ParsedDialogue | undefined,
  provider: string | undefined,
  voices: readonly Voice[] | undefined,
) {
  const { locale } = useSpeech();
  const { deliveries, isAnew } = draft;
  const parts = useMemo(() => {
    const spoken = dialogue?.turns.filter((turn) => !turn.is_sound).map(({ speaker }) => speaker) ?? [];
    return [...new Set(spoken)].map((speaker) => {
      const guess = ofSpeaker(dialogue?.languages ?? {}, speaker);
      return { speaker, language: ofSpeaker(deliveries, speaker)?.language ?? draft.language ?? guess ?? "" };
    });
  }, [dialogue, deliveries, draft.language]);
  const memory = useMemo(
    () => (isAnew || provider === undefined ? {} : rememberedCast(user, provider)),
    [user, provider, isAnew],
  );
  const stands = useMemo(
    () => standing(parts, draft.voices, draft.dealt, memory, voices ?? []),
    [parts, draft.voices, draft.dealt, memory, voices],
  );
  const ofDialogue = draft.language ?? dialogue?.language ?? undefined;
  const chosen = parts.map(({ speaker }) => {
    const found = stands.get(speaker);
    return found?.source === "chosen" ? found.voice.voice_id : undefined;
  });
  const of = JSON.stringify([provider, ofDialogue, isAnew, parts, chosen]);
  const request =
    parts.length === 0 || !voices || provider === undefined
      ? undefined
      : {
          provider,
          speakers: parts.map(({ speaker, language }) => {
            const voice = stands.get(speaker)?.voice;
            return { speaker, ...(language && { language }), ...(voice && { voice_id: voice.voice_id }) };
          }),
          ...(ofDialogue !== undefined && { language: ofDialogue }),
          preferred_languages: navigator.languages.slice(0, MOST_LANGUAGES),
        };
  const casting = useCasting(request, of);
  const answer = request && casting.data;
  const isOfRequest = answer?.of === of;

  const members = useMemo(
    () => new Map<string, CastMember>(answer?.cast.speakers.map((member) => [member.speaker, member]) ?? []),
    [answer],
  );
  const cast = useMemo(() => {
    const byId = new Map(voices?.map((voice) => [voice.voice_id, voice]));
    return new Map(
      parts.flatMap(({ speaker }) => {
        const dealt = isOfRequest ? byId.get(members.get(speaker)?.voice_id ?? "") : undefined;
        const voice = stands.get(speaker)?.voice ?? dealt;
        return voice ? [[speaker, voice] as const] : [];
      }),
    );
  }, [parts, stands, members, isOfRequest, voices]);

  // What was dealt stays; so does what was remembered, once it has been taken.
  useEffect(() => {
    if (!isOfRequest) return;
    setDraft((last) => {
      let { dealt } = last;
      for (const { speaker, language } of parts) {
        const voice = cast.get(speaker);
        const source = stands.get(speaker)?.source;
        if (!voice || source === "chosen") continue;
        const before = ofSpeaker(dealt, speaker);
        if (before?.voice_id === voice.voice_id && before.language === language) continue;
        const isRemembered = source === "remembered";
        dealt = withSpeaker(dealt, speaker, {
          voice_id: voice.voice_id,
          language,
          ...(isRemembered && { isRemembered }),
        });
      }
      return dealt === last.dealt ? last : { ...last, dealt };
    });
  }, [isOfRequest, parts, cast, stands, setDraft]);

  const guessed = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { speaker, text } of dialogue?.turns ?? []) {
      const spoken = members.get(speaker)?.language;
      if (spoken !== undefined) counts.set(spoken, (counts.get(spoken) ?? 0) + text.length);
    }
    const primary = dialogue?.language && primaryOf(dialogue.language);
    const isOfMost = (tag: string) => Number(primaryOf(tag) === primary);
    const [most] = [...counts].sort(([one, much], [other, more]) => isOfMost(other) - isOfMost(one) || more - much);
    return most?.[0] ?? dialogue?.language ?? navigator.languages[0] ?? locale;
  }, [dialogue, members, locale]);

  return {
    cast,
    members,
    guessed,
    language: draft.language ?? guessed,
    notes: answer?.cast.notes ?? NONE,
    remembered: [...stands].filter(([, { source }]) => source === "remembered").map(([speaker]) => speaker),
    isPending: casting.isFetching || voices === undefined,
    isComplete: isOfRequest && parts.length > 0 && cast.size === parts.length,
    error: casting.error,
    retry: () => casting.refetch(),
    onAnew: () =>
      setDraft((last) => ({
        ...last,
        isAnew: true,
        dealt: Object.fromEntries(Object.entries(last.dealt).filter(([, dealt]) => !dealt.isRemembered)),
      })),
  };
}
