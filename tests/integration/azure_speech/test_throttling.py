"""Too many requests for the service: the SDK is refused as by the real one, and told to slow down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from castline.speech.errors import ProviderThrottled
from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.throttling import Refusal, Throttling
from tests.integration.azure_speech.conftest import KEY, utterance

if TYPE_CHECKING:
    from castline.speech.providers.azure.session import AzureSpeechSession
    from tests.integration.azure_speech.conftest import ProviderFactory

YUN_JHE = "zh-TW-YunJheNeural"
THREADS = 8


class Service:
    """A service whose time passes only when told to, and its client."""

    def __init__(self, throttling: Throttling) -> None:
        self.now = 0.0
        self.emulator = AzureSpeechEmulator(
            key=KEY, voice_engine="tone", throttling=throttling, clock=lambda: self.now
        )

    def spoken(self, provider: AzureSpeechSession, requests: int) -> int:
        """Send requests, some at a time, and return how many were spoken."""

        def speak(number: int) -> bool:
            try:
                return bool(provider.synthesize(utterance(f"第{number}句"), with_words=False).pcm)
            except ProviderThrottled:
                return False

        with ThreadPoolExecutor(THREADS) as threads:
            return sum(threads.map(speak, range(requests)))


def test_a_step_is_refused_and_the_open_connection_closed(provider_for: ProviderFactory) -> None:
    # Given a service that admits ten requests a second, five of them at once, to one who has sent none
    service = Service(Throttling())
    with service.emulator as emulator:
        connected, new = provider_for(emulator), provider_for(emulator)
        assert service.spoken(connected, 5) == 5

        # When more come at once, over an open connection and over a new one
        with pytest.raises(ProviderThrottled, match="code 4429"):
            connected.synthesize(utterance("你好"))
        with pytest.raises(ProviderThrottled, match="status 429"):
            new.synthesize(utterance("你好"))

        # Then both are counted, and half a second later there is room again
        assert emulator.traffic.refusals == {Refusal.RAMP: 2}
        assert emulator.traffic.requests[-1].outcome == "closed 4429"
        service.now += 0.5
        assert service.spoken(new, 5) == 5


def test_a_ramp_is_not_refused(provider_for: ProviderFactory) -> None:
    # Given a service with a short memory
    service = Service(Throttling(memory_seconds=1))
    with service.emulator as emulator:
        provider = provider_for(emulator)

        # When the requests of a second become half as many again every other second
        rates = [rate for rate in (10, 15, 22, 33) for _ in range(2)]
        spoken = []
        for rate in rates:
            # In quarters: a second's requests do not all come in its first moment
            for _ in range(4):
                spoken.append(service.spoken(provider, rate // 4))
                service.now += 0.25

        # Then none is refused
        assert sum(spoken) == sum(rate // 4 * 4 for rate in rates)
        assert not emulator.traffic.refusals


def test_the_quota_is_two_hundred_requests_a_second(provider_for: ProviderFactory) -> None:
    # Given a service that has all its machines ready
    service = Service(Throttling(growth=None))
    with service.emulator as emulator:
        provider = provider_for(emulator)

        # When it gets 70 requests in every quarter of a second
        spoken = []
        for _ in range(5):
            spoken.append(service.spoken(provider, 70))
            service.now += 0.25

        # Then, after a burst, it speaks 50 of them
        assert spoken == [70, 70, 60, 50, 50]
        assert emulator.traffic.refusals == {Refusal.QUOTA: 50}


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


def test_without_limits_nothing_is_refused(emulator: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    provider = provider_for(emulator)

    with ThreadPoolExecutor(THREADS) as threads:
        speeches = list(threads.map(lambda number: provider.synthesize(utterance(str(number))), range(60)))

    assert all(speech.pcm for speech in speeches)
    assert not emulator.traffic.refusals
