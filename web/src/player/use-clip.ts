import { type RefObject, useEffect, useRef, useState } from "react";
import { useAudioAddress } from "../api/jobs";

interface Clip {
  element: RefObject<HTMLAudioElement | null>;
  src: string | undefined;
  error: unknown;
  isPlaying: boolean;
  /** Play from the beginning of the clip, or stop. */
  toggle(): void;
}

/** From `startMs` to `endMs` of a job's file, for an `<audio>` with `src`. */
export function useClip(jobId: string, { startMs, endMs }: { startMs: number; endMs: number }): Clip {
  const address = useAudioAddress(jobId);
  const element = useRef<HTMLAudioElement>(null);
  const [isPlaying, setIsPlaying] = useState(false);

  useEffect(() => {
    const audio = element.current;
    if (!isPlaying || !audio) return;
    audio.currentTime = startMs / 1000;
    audio.play().catch(() => setIsPlaying(false));
    let frame = 0;
    const watch = () => {
      if (audio.ended || audio.currentTime * 1000 >= endMs) setIsPlaying(false);
      else frame = requestAnimationFrame(watch);
    };
    frame = requestAnimationFrame(watch);
    return () => {
      cancelAnimationFrame(frame);
      audio.pause();
    };
  }, [isPlaying, startMs, endMs]);

  return {
    element,
    src: address.data?.download_url,
    error: address.error,
    isPlaying,
    toggle: () => {
      const isExpired = address.data !== undefined && Date.now() > Date.parse(address.data.expires_at);
      if (isPlaying || !isExpired) setIsPlaying(!isPlaying);
      else void address.refetch().then(() => setIsPlaying(true));
    },
  };
}
