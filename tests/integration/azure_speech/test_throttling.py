"""Too many requests for the service: the SDK is refused as by the real one, and told to slow down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline.speech.errors import ProviderThrottled
from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.throttling import Refusal, Throttling
from tests.integration.azure_speech.conftest import KEY, utterance

if TYPE_CHECKING:
    from tests.integration.azure_speech.conftest import ProviderFactory

YUN_JHE = "zh-TW-YunJheNeural"


class Service:
    """A service whose time passes only when told to."""

    def __init__(self, throttling: Throttling) -> None:
        self.now = 0.0
        self.emulator = AzureSpeechEmulator(
            key=KEY, voice_engine="tone", throttling=throttling, clock=lambda: self.now
        )


def test_a_step_is_refused_and_the_open_connection_closed(provider_for: ProviderFactory) -> None:
    # Given a service that admits ten requests a second, five of them at once, to one who has sent none
    service = Service(Throttling())
    with service.emulator as emulator:
        connected, new = provider_for(emulator), provider_for(emulator)
        for _ in range(5):
            connected.synthesize(utterance("你好"))

        # When more come at once, over an open connection and over a new one
        with pytest.raises(ProviderThrottled, match="code 4429"):
            connected.synthesize(utterance("你好"))
        with pytest.raises(ProviderThrottled, match="status 429"):
            new.synthesize(utterance("你好"))

        # Then both are counted, and half a second later there is room again
        assert emulator.traffic.refusals == {Refusal.RAMP: 2}
        assert emulator.traffic.requests[-1].outcome == "closed 4429"
        service.now += 0.5
        assert new.synthesize(utterance("你好")).pcm


def test_a_voice_can_be_refused_while_others_speak(provider_for: ProviderFactory) -> None:
    # Given a voice with a limit of one request a second
    service = Service(Throttling(growth=None, voices={YUN_JHE: 1}))
    with service.emulator as emulator:
        provider = provider_for(emulator)
        assert provider.synthesize(utterance("你好", YUN_JHE)).pcm

        # When it is wanted once more, and another one is
        with pytest.raises(ProviderThrottled, match="code 4429"):
            provider.synthesize(utterance("你好", YUN_JHE))
        assert provider.synthesize(utterance("你好")).pcm

        # Then it alone is refused, for a second
        assert emulator.traffic.refusals == {Refusal.VOICE: 1}
        service.now += 1
        assert provider.synthesize(utterance("你好", YUN_JHE)).pcm
