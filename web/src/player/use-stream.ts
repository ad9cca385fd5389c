import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { firstPartIsThere, playlistRequest } from "../api/playlist";
import type { Stream } from "./hls";
import { type Part, timesOfTurns } from "./parts";
import type { Playback } from "./use-playback";

const NONE: readonly Part[] = [];

/** Whether this browser can play audio that is still being made. */
export function canStream(): boolean {
  return "MediaSource" in globalThis || "ManagedMediaSource" in globalThis;
}

/** A job's audio while it is being made, for an `<audio>`. Nothing is loaded before it is to be played. */
export function useStream(jobId: string, playback: Playback) {
  const { element, isPlaying, play, pause, seek } = playback;
  const [parts, setParts] = useState(NONE);
  const [error, setError] = useState<unknown>();
  const [isLoading, setIsLoading] = useState(false);
  const stream = useRef<Stream>(undefined);
  const abort = useRef<AbortController>(undefined);

  const close = useCallback(() => {
    abort.current?.abort();
    abort.current = undefined;
    stream.current?.destroy();
    stream.current = undefined;
    setIsLoading(false);
  }, []);
  useEffect(() => close, [close]);

  const open = useCallback(async () => {
    close();
    const controller = new AbortController();
    abort.current = controller;
    const { signal } = controller;
    setError(undefined);
    setIsLoading(true);
    try {
      const [{ openStream }] = await Promise.all([import("./hls"), firstPartIsThere(jobId, signal)]);
      if (signal.aborted || !element.current) return;
      stream.current = openStream(element.current, {
        ...playlistRequest(jobId),
        onParts: setParts,
        onFailure: (failure) => {
          close();
          setError(failure);
        },
      });
      play();
    } catch (failure) {
      if (!signal.aborted) setError(failure);
    } finally {
      if (!signal.aborted) setIsLoading(false);
    }
  }, [jobId, close, element, play]);

  return {
    /** What can be heard so far. */
    durationMs: parts.at(-1)?.endMs ?? 0,
    times: useMemo(() => timesOfTurns(parts), [parts]),
    /** Whether it is to be played, and there is nothing to be heard yet. */
    isLoading,
    error,
    toggle: () => {
      if (isPlaying) pause();
      else if (isLoading) close();
      else if (stream.current) play();
      else void open();
    },
    playFrom: useCallback(
      (ms: number) => {
        seek(ms);
        play();
      },
      [seek, play],
    ),
    reload: () => void open(),
    close,
  };
}
