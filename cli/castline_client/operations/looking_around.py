"""Whether the service answers, with which voices it speaks, and what the user has used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline_client.operations.requests import body_of
from castline_client.steps import Request
from castline_client.types import Health, ProviderList, Usage, VoiceList

if TYPE_CHECKING:
    from castline_client.steps import Flow
    from castline_client.types import Gender, Provider, Voice


def health() -> Flow[Health]:
    """See whether the service answers."""
    return body_of(Request[Health]("GET", "/health"))


def providers() -> Flow[list[Provider]]:
    """Return the speech providers; the first one is the usual one."""
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
        provider: its id; by default the first one's.
        language: such as ``zh-TW``, or ``zh`` for all of Chinese.
        gender: only these.
        search: words that are in the voice's name or id.
    """
    query = {"provider": provider, "language": language, "gender": gender, "q": search}
    found = yield from body_of(Request[VoiceList]("GET", "/voices", query))
    return found["items"]


def usage(*, month: str | None = None) -> Flow[Usage]:
    """Return what the user has used in a month such as ``2026-11``, by default this one, and what the limits are."""
    return body_of(Request[Usage]("GET", "/usage", {"month": month}))
