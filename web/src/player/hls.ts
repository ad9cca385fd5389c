/** Audio that is still being made, streamed into an `<audio>`. Loads hls.js: import it where it is needed. */

import Hls, { type HlsConfig, type LevelDetails } from "hls.js/light";
import { type Part, partsOf } from "./parts";

const MOST_RETRIES = 5;
const RETRY_AFTER_MS = 500;

interface Options {
  /** Of the playlist. */
  url: string;
  /** The headers that say who asks: for the playlist alone, never for the storage. */
  headers(): Promise<Record<string, string>>;
  /** Is told what can be heard, whenever there is more of it. */
  onParts(parts: readonly Part[]): void;
  onFailure(error: Error): void;
}

export interface Stream {
  destroy(): void;
}

/** Attach a playlist to `audio`, from its beginning. */
export function openStream(audio: HTMLAudioElement, { url, headers, onParts, onFailure }: Options): Stream {
  const hls = new Hls({
    ...CONFIG,
    async xhrSetup(request, address) {
      if (address !== url) return;
      const named = Object.entries(await headers());
      // As hls.js would: headers can be set only once it is open.
      if (request.readyState === XMLHttpRequest.UNSENT) request.open("GET", address, true);
      for (const [name, value] of named) request.setRequestHeader(name, value);
    },
  });
  let retries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const reload = () => {
    hls.config.startPosition = audio.currentTime;
    // A new playlist has new addresses: those of the parts work for a limited time.
    hls.loadSource(url);
  };
  const tell = (details: LevelDetails) => onParts(partsOf(details.fragments));
  hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => tell(details));
  hls.on(Hls.Events.LEVEL_PTS_UPDATED, (_, { details }) => tell(details));
  hls.on(Hls.Events.FRAG_BUFFERED, () => {
    retries = 0;
  });
  hls.on(Hls.Events.ERROR, (_, { fatal, type, error }) => {
    if (!fatal) return;
    retries += 1;
    if (retries > MOST_RETRIES) onFailure(error);
    else if (type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else timer = setTimeout(reload, RETRY_AFTER_MS * retries);
  });
  hls.loadSource(url);
  hls.attachMedia(audio);
  return {
    destroy: () => {
      clearTimeout(timer);
      hls.destroy();
    },
  };
}

const CONFIG: Partial<HlsConfig> = {
  // A worker would need a Content-Security-Policy that allows scripts from blobs.
  enableWorker: false,
  // From the first turn on, not where the last one has just come.
  startPosition: 0,
  lowLatencyMode: false,
  // What has been heard can be gone back to.
  backBufferLength: Number.POSITIVE_INFINITY,
};
