"""Stand-in for Lambda: it loads functions in a process that has only Lambda's packages.

``test_loading`` runs it with a JSON object: ``paths`` to import from, ``handlers`` to import, and for functions that
speak ``speech``, the host and key of an emulator. It may have a ``text`` to cut into pieces of 20 characters, and a
``folder`` to write a second of sound to in every format, by the encoders. It prints what it has loaded, how much has
been spoken, the pieces, and the samples that are decoded from the files.
"""

from __future__ import annotations

import ctypes  # noqa: F401 (Python brings it, and libffi: the SDK is not to be blamed for them)
import importlib
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any


def main() -> None:
    task: dict[str, Any] = json.loads(sys.argv[1])
    sys.path[:0] = task["paths"]
    for handler in task["handlers"]:
        module, _, attribute = handler.rpartition(".")
        if not callable(getattr(importlib.import_module(module), attribute)):
            raise TypeError(handler)
    report: dict[str, Any] = speak(**task["speech"]) if "speech" in task else {}
    if "text" in task:
        from castline.speech.segmentation import split_text

        report["pieces"] = split_text(task["text"], max_characters=20)
    if "folder" in task:
        report["decoded_samples"] = encode(Path(task["folder"]))
        report["video_encoders"] = video_encoders()
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    report["modules"] = sorted(file for file in files if file)
    maps = Path("/proc/self/maps").read_text("utf-8").splitlines()
    report["libraries"] = sorted({line.split()[-1] for line in maps if ".so" in line})
    json.dump(report, sys.stdout)


def speak(host: str, key: str) -> dict[str, int]:
    """Speak with the SDK, and encode the audio."""
    from azure.cognitiveservices import speech as sdk

    from castline.audio.mp3 import encode_mp3

    config = sdk.SpeechConfig(subscription=key, host=host)
    config.speech_synthesis_voice_name = "zh-TW-HsiaoYuNeural"
    config.set_speech_synthesis_output_format(sdk.SpeechSynthesisOutputFormat.Raw24Khz16BitMonoPcm)
    synthesizer = sdk.SpeechSynthesizer(speech_config=config, audio_config=None)
    pcm = synthesizer.speak_text("你好").audio_data
    return {"pcm_bytes": len(pcm), "mp3_bytes": sum(len(frames) for frames in encode_mp3([pcm], len(pcm) // 2))}


def encode(folder: Path) -> dict[str, int]:
    """Write a second of sound in every format, and decode each file."""
    import av

    from castline.audio.encoding import write_file
    from castline.audio.formats import OutputFormat
    from castline.audio.profile import Quality, profile_of
    from castline.audio.tags import Chapter, Tags

    decoded: dict[str, int] = {}
    for output_format in OutputFormat:
        path = folder / f"second.{output_format.extension}"
        write_file(
            path,
            output_format,
            [bytes(range(256)) * 750],
            profile=profile_of(Quality.STUDIO, has_music=True),
            total_samples=48_000,
            tags=Tags(title="t", chapters=(Chapter(title="c", start_ms=0, end_ms=1_000),)),
        )
        with av.open(path) as container:
            decoded[output_format] = sum(frame.samples for frame in container.decode(audio=0))
    return decoded


def video_encoders() -> dict[str, str]:
    """Return how opening each video encoder under the GPL ends."""
    import av

    ends: dict[str, str] = {}
    for name in ("libx264", "libx265"):
        encoder = av.VideoCodecContext.create(name, "w")
        encoder.width = encoder.height = 64
        encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, 25)
        try:
            encoder.open()
        except av.FFmpegError as error:
            ends[name] = type(error).__name__
        else:
            ends[name] = "open"
    return ends


main()
