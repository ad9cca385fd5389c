import { fetchSound } from "../api/sounds";
import type { Sound } from "../api/types";
import { useSpeech } from "../i18n/strings";
import { IconButton } from "../ui/IconButton";
import { listen, stop, useListening } from "./listening";

/** Plays a sound, and stops it. */
export function Listen({ sound: { id, name } }: { sound: Pick<Sound, "id" | "name"> }) {
  const { t } = useSpeech();
  const state = useListening(id)?.state;
  const isHeard = state === "loading" || state === "playing";
  return (
    <>
      <IconButton
        icon={isHeard ? "pause" : "play"}
        name={isHeard ? t.sounds.stop(name) : t.sounds.play(name)}
        aria-busy={state === "loading" || undefined}
        onClick={() => (isHeard ? stop() : void listen(id, async () => (await fetchSound(id)).audio_url ?? ""))}
      />
      {state === "failed" && (
        <small className="sound-problem" role="alert">
          {t.player.failed}
        </small>
      )}
    </>
  );
}
