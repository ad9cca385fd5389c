"""Every registered speech provider has all that a deployment and the local stack need of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from castline.speech.providers.base import MAX_VOICE_ID_LENGTH, VOICE_ID_PATTERN
from castline.speech.providers.registry import PROVIDERS
from infra.speech_providers import NEEDS
from local.speech_emulators import EMULATORS

if TYPE_CHECKING:
    from castline.speech.providers.base import SpeechProvider

every_provider = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))


def test_every_provider_can_be_deployed_and_emulated() -> None:
    assert NEEDS.keys() == PROVIDERS.keys()
    assert {"azure", *EMULATORS} == PROVIDERS.keys()


@every_provider
def test_a_secret_is_deployed_for_a_provider_that_needs_one(provider: type[SpeechProvider]) -> None:
    assert (NEEDS[provider.id].secret is not None) == provider.capabilities.needs_secret


@every_provider
def test_the_ids_have_the_form_that_all_providers_share(provider: type[SpeechProvider]) -> None:
    assert re.fullmatch("[a-z][a-z0-9-]*", provider.id)
    assert re.fullmatch(VOICE_ID_PATTERN, provider.voice_id_example)
    assert len(provider.voice_id_example) <= MAX_VOICE_ID_LENGTH
