import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { heardBefore, useSpeak } from "../api/previews";
import type { Preview, PreviewRequest } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { listen, stop, useListening } from "../sounds/listening";
import { sentenceFor } from "../ui/ErrorNotice";
import { IconButton } from "../ui/IconButton";
import { lengthOf } from "./audition";

interface Props {
  /** What distinguishes it from all others on the page. */
  id: string;
  /** What is heard, such as: Ava, as Host. */
  what: string;
  text: string;
  request(): PreviewRequest;
  /** Where its result is told: see `HearResult`. */
  scope: string;
  tabIndex?: number;
}

/** Speaks a few words, and stops them. Its name says how many characters are counted for that. */
export function Hear({ id, what, text, request, scope, tabIndex }: Props) {
  const { t, format } = useSpeech();
  const client = useQueryClient();
  const speak = useSpeak();
  const key = `${scope} ${id}`;
  const state = useListening(key)?.state;
  const isHeard = state === "loading" || state === "playing";
  const play = () =>
    listen(key, async () => {
      const asked = request();
      const isKept = heardBefore(client, asked) !== undefined;
      tell({ scope, key });
      const preview = await speak(asked);
      tell({ scope, key, preview: isKept ? { ...preview, reused: true } : preview });
      return preview.audio_url;
    });
  return (
    <IconButton
      className="hear"
      icon={isHeard ? "pause" : "play"}
      name={isHeard ? t.hear.stop(what) : t.hear.play(what, format.number(lengthOf(text)))}
      aria-busy={state === "loading" || undefined}
      tabIndex={tabIndex}
      onClick={() => (isHeard ? stop() : void play())}
    />
  );
}

interface Told {
  scope: string;
  key: string;
  preview?: Preview;
}

let told: Told | undefined;
const listeners = new Set<() => void>();

function tell(next: Told): void {
  told = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What was billed for the words that were heard last in a part of the page, or why they were not. */
export function HearResult({ scope, hint }: { scope: string; hint?: string }) {
  const { t, format } = useSpeech();
  const last = useSyncExternalStore(subscribe, () => told);
  const listening = useListening(last?.key ?? "");
  const isHere = last?.scope === scope;
  const error = isHere && listening?.state === "failed" ? listening.error : undefined;
  const { preview } = isHere && last ? last : {};
  const result =
    error !== undefined
      ? error instanceof DOMException
        ? t.hear.failed
        : sentenceFor(error, t)
      : preview &&
        (preview.reused
          ? t.hear.reused
          : t.hear.billed(
              preview.billed_characters,
              format.number(preview.billed_characters),
              format.money(preview.cost.amount, preview.cost.currency),
            ));
  return (
    <p className="hear-result" role="status" data-failed={error !== undefined || undefined}>
      {result ?? hint}
    </p>
  );
}
