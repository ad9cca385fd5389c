"""Operations that read the health, providers, voices and usage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline_client.operations.requests import body_of
from castline_client.steps import Request
from castline_client.types import Health, ProviderList, Usage, VoiceList

if TYPE_CHECKING:
    from castline_client.steps import Flow
    from castline_client.types import Gender, Provider, Voice


def health() -> Flow[Health]:
    """Check that the service answers."""
    return body_of(Request[Health]("GET", "/health"))


def providers() -> Flow[list[Provider]]:
    """Return the speech providers. The first one is the default."""
    found = yield from body_of(Request[ProviderList]("GET", "/providers"))
    return found["items"]


def voices(
    *,
    provider: str | None = None,
    language: str | None = None,
    gender: Gender | None = None,
    search: str | None = None,
) -> Flow[list[Voice]]:
    """Return the voices of a provider.

    Args:
        provider: the id of the provider; the default is the first one.
        language: a language such as ``zh-TW``, or ``zh`` for all of Chinese.
        gender: return only voices with this gender.
        search: words to search for in names and ids.
    """
    query = {"provider": provider, "language": language, "gender": gender, "q": search}
    found = yield from body_of(Request[VoiceList]("GET", "/voices", query))
    return found["items"]


def usage(*, month: str | None = None) -> Flow[Usage]:
    """Return the user's usage in a month such as ``2026-11``, by default the current one, and the limits."""
    return body_of(Request[Usage]("GET", "/usage", {"month": month}))
