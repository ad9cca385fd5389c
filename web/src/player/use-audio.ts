import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useAudioAddress } from "../api/jobs";

const REDRAW_EVERY_MS = 40;

export interface Audio {
  element: RefObject<HTMLAudioElement | null>;
  /** The presigned address; undefined until it is known. */
  src: string | undefined;
  isPlaying: boolean;
  nowMs: number;
  rate: number;
  error: unknown;
  toggle(): void;
  seek(ms: number): void;
  setRate(rate: number): void;
  /** Fetch a new address and load it. */
  reload(): void;
  /** What the `<audio>` has to tell. */
  events: {
    onPlay(): void;
    onPause(): void;
    onTimeUpdate(): void;
    onLoadedMetadata(): void;
    onError(): void;
  };
}

/** A job's audio. When its address has expired, a new one is fetched and the position is kept. */
export function useAudio(jobId: string): Audio {
  const address = useAudioAddress(jobId);
  const element = useRef<HTMLAudioElement>(null);
  const resumeAt = useRef<{ seconds: number; plays: boolean } | undefined>(undefined);
  const [isPlaying, setIsPlaying] = useState(false);
  const [nowMs, setNowMs] = useState(0);
  const [rate, setRate] = useState(1);
  const [mediaError, setMediaError] = useState<unknown>();

  const expiresAt = address.data ? Date.parse(address.data.expires_at) : 0;
  const refetch = address.refetch;

  const reload = useCallback(
    (plays = false) => {
      resumeAt.current = { seconds: element.current?.currentTime ?? 0, plays };
      setMediaError(undefined);
      void refetch();
    },
    [refetch],
  );

  const seek = useCallback((ms: number) => {
    if (element.current) element.current.currentTime = ms / 1000;
    setNowMs(ms);
  }, []);

  const play = useCallback(() => {
    if (Date.now() > expiresAt) reload(true);
    else void element.current?.play().catch(() => undefined);
  }, [expiresAt, reload]);

  useEffect(() => {
    if (!isPlaying) return;
    let [frame, drawn] = [0, 0];
    const draw = (time: number) => {
      if (time - drawn >= REDRAW_EVERY_MS && element.current) {
        drawn = time;
        setNowMs(element.current.currentTime * 1000);
      }
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying]);

  useEffect(() => {
    if (element.current) element.current.playbackRate = rate;
  }, [rate]);

  return {
    element,
    src: address.data?.download_url,
    isPlaying,
    nowMs,
    rate,
    error: address.error ?? mediaError,
    toggle: () => (isPlaying ? element.current?.pause() : play()),
    seek,
    setRate,
    reload: () => reload(),
    events: {
      onPlay: () => setIsPlaying(true),
      onPause: () => setIsPlaying(false),
      onTimeUpdate: () => setNowMs((element.current?.currentTime ?? 0) * 1000),
      onLoadedMetadata: () => {
        const audio = element.current;
        if (!audio) return;
        audio.playbackRate = rate;
        const { seconds, plays } = resumeAt.current ?? { seconds: 0, plays: false };
        resumeAt.current = undefined;
        if (seconds > 0) audio.currentTime = seconds;
        if (plays) void audio.play().catch(() => undefined);
      },
      onError: () => {
        setIsPlaying(false);
        if (Date.now() > expiresAt) reload(true);
        else setMediaError(element.current?.error ?? new Error("the audio cannot be played"));
      },
    },
  };
}
