/** Shows and drafts: what a draft takes over from a show, and what is kept of a draft as one. */

import { isFormat, isLoudness, isQuality, type Show, type ShowFields, type Voice } from "../api/types";
import { type Delivery, deliveryOf, isEmpty } from "../compose/delivery";
import type { Draft } from "../compose/draft";
import { musicOf } from "../compose/music";
import { ofSpeaker, speakerKey } from "../speakers";
import { given, titlesOf } from "../titles";

/** `draft` with all that the show sets; what it leaves out stays. A title that is written already stays, too. */
export function withShow(draft: Draft, show: Show): Draft {
  const cast = new Set(show.cast.map(({ speaker }) => speakerKey(speaker)));
  const others = <T>(byName: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(byName).filter(([speaker]) => !cast.has(speakerKey(speaker))));
  const deliveries = show.cast
    .map((member) => [member.speaker, deliveryOf(member) as Delivery] as const)
    .filter(([, delivery]) => !isEmpty(delivery));
  const { title, author, album, output_format: format, quality, loudness, music, cover_id: coverId } = show;
  return {
    ...draft,
    ...given({ title: title ?? "", author: author ?? "", album: album ?? "" }),
    ...(draft.title.trim() !== "" && { title: draft.title }),
    ...(show.provider != null && { provider: show.provider }),
    voices: {
      ...others(draft.voices),
      ...Object.fromEntries(show.cast.map(({ speaker, voice_id }) => [speaker, voice_id])),
    },
    deliveries: { ...others(draft.deliveries), ...Object.fromEntries(deliveries) },
    ...(show.pronunciation_sets.length > 0 && { sets: show.pronunciation_sets }),
    ...(show.pronunciations.length > 0 && { pronunciations: show.pronunciations }),
    ...(isFormat(format) && { format }),
    ...(isQuality(quality) && { quality }),
    ...(isLoudness(loudness) && { loudness }),
    ...(music != null && { music: musicOf({ music }) }),
    ...(coverId != null && { coverId }),
    ...(show.gap_ms != null && { gapMs: show.gap_ms }),
    ...(show.crossfade_ms != null && { crossfadeMs: show.crossfade_ms }),
    show: show.name,
  };
}

/**
 * What is kept of a draft as a show.
 *
 * @param title how the show is called, which becomes the beginning of its episodes' titles.
 * @param cast the voice of each speaker.
 * @param sets the names of the pronunciation sets that apply.
 */
export function showOf(
  draft: Draft,
  title: string,
  cast: ReadonlyMap<string, Voice>,
  provider: string | undefined,
  sets: readonly string[],
): ShowFields {
  const { pronunciations, format, quality, loudness, music, coverId, gapMs, crossfadeMs } = draft;
  const fields = {
    ...given({ ...titlesOf(draft), title }),
    ...(provider !== undefined && { provider }),
    cast: [...cast].map(([speaker, { voice_id, name }]) => ({
      speaker,
      voice_id,
      voice_name: name,
      ...ofSpeaker(draft.deliveries, speaker),
    })),
    pronunciation_sets: [...sets],
    pronunciations: [...pronunciations],
    output_format: format,
    quality,
    loudness,
    ...(Object.keys(music).length > 0 && { music }),
    ...(coverId !== undefined && { cover_id: coverId }),
    gap_ms: gapMs,
    crossfade_ms: crossfadeMs,
  };
  return fields as unknown as ShowFields;
}

/** The name under which a show of this title is kept: of letters, digits and hyphens, as in addresses. */
export function nameFor(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  const words = plain.match(/[a-z0-9]+/g) ?? [];
  // Of titles in other letters, what is left may be the same for several.
  const isAll = /^[\p{ASCII}]*$/u.test(plain);
  const slug = words.join("-").slice(0, 50);
  return isAll && slug !== "" ? slug : [slug, hashOf(title)].filter(Boolean).join("-");
}

/** FNV-1a, in letters and digits. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(36);
}
