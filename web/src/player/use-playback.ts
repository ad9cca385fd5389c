import { useCallback, useEffect, useRef, useState } from "react";

const REDRAW_EVERY_MS = 40;

/** The state of an `<audio>`: whether it plays, where, and how fast. */
export function usePlayback() {
  const element = useRef<HTMLAudioElement>(null);
  const [isPlaying, setIsPlaying] = useState(false);
  const [nowMs, setNowMs] = useState(0);
  const [rate, setRate] = useState(1);

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

  const seek = useCallback((ms: number) => {
    if (element.current) element.current.currentTime = ms / 1000;
    setNowMs(ms);
  }, []);

  return {
    element,
    isPlaying,
    nowMs,
    rate,
    seek,
    setRate,
    pause: useCallback(() => element.current?.pause(), []),
    /** Nothing happens where the browser does not let a page play. */
    play: useCallback(() => void element.current?.play().catch(() => undefined), []),
    onPlay: useCallback(() => setIsPlaying(true), []),
    onPause: useCallback(() => setIsPlaying(false), []),
    onTimeUpdate: useCallback(() => setNowMs((element.current?.currentTime ?? 0) * 1000), []),
  };
}

export type Playback = ReturnType<typeof usePlayback>;
