import { useCallback, useRef, useState } from "react";
import { useAudioAddress } from "../api/jobs";
import type { Playback } from "./use-playback";

/** A finished file for an `<audio>`. When its address has expired, a new one is fetched and the position is kept. */
export function useFile(jobId: string, playback: Playback, { enabled }: { enabled: boolean }) {
  const address = useAudioAddress(jobId, { enabled });
  const { element, isPlaying, rate, seek, play, pause, onPause } = playback;
  const resume = useRef<{ ms: number; plays: boolean }>(undefined);
  const [mediaError, setMediaError] = useState<unknown>();

  const expiresAt = address.data ? Date.parse(address.data.expires_at) : 0;
  const refetch = address.refetch;

  const reload = useCallback(
    (plays = false) => {
      resume.current = { ms: (element.current?.currentTime ?? 0) * 1000, plays };
      setMediaError(undefined);
      void refetch();
    },
    [element, refetch],
  );

  const playOrReload = useCallback(() => {
    if (Date.now() > expiresAt) reload(true);
    else play();
  }, [expiresAt, play, reload]);

  return {
    src: address.data?.download_url,
    error: address.error ?? mediaError,
    toggle: () => (isPlaying ? pause() : playOrReload()),
    playFrom: useCallback(
      (ms: number) => {
        seek(ms);
        playOrReload();
      },
      [seek, playOrReload],
    ),
    reload: () => reload(),
    /** Where to begin as soon as it is loaded. */
    startAt: useCallback((ms: number) => {
      resume.current = { ms, plays: false };
    }, []),
    onLoadedMetadata: () => {
      if (!element.current) return;
      element.current.playbackRate = rate;
      const { ms, plays } = resume.current ?? { ms: 0, plays: false };
      resume.current = undefined;
      if (ms > 0) seek(ms);
      if (plays) play();
    },
    onError: () => {
      onPause();
      if (Date.now() > expiresAt) reload(true);
      else setMediaError(element.current?.error ?? new Error("the audio cannot be played"));
    },
  };
}
