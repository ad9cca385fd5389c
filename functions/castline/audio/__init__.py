"""Audio domain: timelines, mixing, encoding and storage of audio. It does not know jobs."""
