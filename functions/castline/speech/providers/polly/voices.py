"""Amazon Polly's list of voices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from castline.speech.errors import ProviderMisconfigured
from castline.speech.providers.polly.errors import translated_errors
from castline.speech.providers.polly.session import make_client
from castline.speech.voice_list import Gender, Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_READ_SECONDS: Final = 8.0
_MAX_PAGES: Final = 100
_GENDERS: Final = {"Female": Gender.FEMALE, "Male": Gender.MALE}
_LANGUAGES: Final = {"arb": "ar", "cmn-CN": "zh-CN"}
"""Polly's language codes that differ from the usual ones, which Castline uses."""


def fetch_voices(
    *, engine: str, region: str | None, is_voice_id: Callable[[str], bool], dropped: Callable[[int], None]
) -> tuple[Voice, ...]:
    """Fetch the voices of one engine from Amazon Polly, in its own order.

    Args:
        engine: the engine.
        region: the region of Polly; None for the region of the environment.
        is_voice_id: returns whether a job could use a voice's id. Other voices are left out.
        dropped: called with the number of unreadable entries, if there are any.

    Raises:
        ProviderMisconfigured: the answer has no usable voice, as in a region without the engine.
        SpeechError: another of ``castline.speech.errors``.
    """
    client = make_client(region, read_seconds=_READ_SECONDS)
    try:
        described = list(_describe(client, engine))
    finally:
        client.close()
    readable = [voice for each in described if (voice := _read(each)) is not None]
    if len(readable) < len(described):
        dropped(len(described) - len(readable))
    voices = tuple(voice for voice in readable if is_voice_id(voice.voice_id))
    if not voices:
        raise ProviderMisconfigured("Amazon Polly has no voice of the engine in this region")
    return voices


def _describe(client: Any, engine: str) -> Iterator[Any]:
    """Yield the entries of all pages of the list."""
    page: dict[str, str] = {}
    for _ in range(_MAX_PAGES):
        with translated_errors():
            answer = client.describe_voices(Engine=engine, **page)
        yield from answer.get("Voices") or []
        token = answer.get("NextToken")
        if not token:
            return
        page = {"NextToken": token}
    raise ProviderMisconfigured("Amazon Polly's list of voices does not end")


def _read(described: dict[str, Any]) -> Voice | None:
    """Read one entry of the list; return None for an entry that is not a voice."""
    voice_id, language = described.get("Id"), described.get("LanguageCode")
    if not voice_id or not language:
        return None
    return Voice(
        voice_id=voice_id,
        name=described.get("Name") or voice_id,
        language=_LANGUAGES.get(language, language),
        language_name=described.get("LanguageName") or language,
        gender=_GENDERS.get(described.get("Gender", ""), Gender.NEUTRAL),
        latin_name=voice_id,
    )
