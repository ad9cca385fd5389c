"""Every fault of the emulator, and the provider's translation of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from castline.speech.errors import (
    EmptyAudio,
    ProviderAuthFailed,
    ProviderMisconfigured,
    ProviderRejectedInput,
    ProviderThrottled,
    ProviderTimedOut,
    ProviderUnavailable,
    SpeechError,
    VoiceNotFound,
)
from local.azure_speech.faults import FAULTS, parse_fault_order
from local.azure_speech.server import AzureSpeechEmulator
from tests.integration.azure_speech.conftest import KEY, utterance

if TYPE_CHECKING:
    from castline.speech.providers.azure.session import AzureSpeechSession
    from tests.integration.azure_speech.conftest import ProviderFactory

WHILE_CONNECTING: dict[str, type[SpeechError]] = {
    "bad-request": ProviderRejectedInput,
    "unauthorized": ProviderAuthFailed,
    "forbidden": ProviderAuthFailed,
    "not-found": ProviderMisconfigured,
    "request-timeout": ProviderTimedOut,
    "conflict": ProviderMisconfigured,
    "unsupported-media-type": ProviderRejectedInput,
    "throttled": ProviderThrottled,
    "internal-error": ProviderUnavailable,
    "not-implemented": ProviderUnavailable,
    "bad-gateway": ProviderUnavailable,
    "unavailable": ProviderUnavailable,
    "gateway-timeout": ProviderUnavailable,
    "no-upgrade": ProviderTimedOut,
}
WHEN_CONNECTED: dict[str, type[SpeechError]] = {
    "bad-request": ProviderRejectedInput,
    "unsupported-media-type": ProviderRejectedInput,
    "throttled": ProviderThrottled,
    "internal-error": ProviderUnavailable,
    "not-implemented": ProviderUnavailable,
    "bad-gateway": ProviderUnavailable,
    "unavailable": ProviderUnavailable,
    "gateway-timeout": ProviderUnavailable,
    "malformed-ssml": ProviderRejectedInput,
    "odd-audio": ProviderUnavailable,
    "unsupported-voice": VoiceNotFound,
    # The SDK takes this close for the end of a conversation and waits on.
    "closed-normally": ProviderTimedOut,
    "going-away": ProviderUnavailable,
    "protocol-error": ProviderUnavailable,
    "policy-violation": ProviderUnavailable,
    "restarting": ProviderUnavailable,
    "server-error": ProviderUnavailable,
    "error-amid-audio": ProviderUnavailable,
    "reset": ProviderUnavailable,
    "reset-amid-audio": ProviderUnavailable,
    "no-turn-start": ProviderTimedOut,
    "no-audio": ProviderTimedOut,
    "stalled": ProviderTimedOut,
    "no-turn-end": ProviderTimedOut,
    "empty-audio": EmptyAudio,
}
SPOKEN = "這是一段機密的對話，長到要分成好幾塊才送得完。"


def assert_fails(
    provider_for: ProviderFactory, emulator: AzureSpeechEmulator, text: str, expected: type[SpeechError]
) -> None:
    """Speak ``text``, which must fail as expected, in time, and without revealing secrets."""
    # Given time-outs that are short only where they shall run out
    provider = (
        provider_for(emulator, first_chunk_timeout_ms=1_000, all_chunks_timeout_ms=2_000)
        if expected is ProviderTimedOut
        else provider_for(emulator)
    )

    # When the text is spoken
    started_at = time.monotonic()
    with pytest.raises(SpeechError) as caught:
        provider.synthesize(utterance(text))

    # Then it fails, before even the longer time-outs, and tells neither key, nor address, nor dialogue
    assert type(caught.value) is expected
    assert time.monotonic() - started_at < 60
    assert caught.value.__cause__ is None
    message = str(caught.value)
    for secret in (KEY, SPOKEN, "ws://", "127.0.0.1"):
        assert secret not in message


def test_the_tables_below_hold_every_fault() -> None:
    assert {name for name, fault in FAULTS.items() if fault.on_upgrade is not None} == set(WHILE_CONNECTING)
    assert {name for name, fault in FAULTS.items() if fault.on_request is not None} == set(WHEN_CONNECTED)


@pytest.mark.parametrize(("name", "expected"), WHILE_CONNECTING.items())
def test_a_fault_while_connecting(name: str, expected: type[SpeechError], provider_for: ProviderFactory) -> None:
    with AzureSpeechEmulator(key=KEY, voice_engine="tone", faults=[name]) as emulator:
        assert_fails(provider_for, emulator, SPOKEN, expected)
        assert emulator.traffic.connection_count == 0


@pytest.mark.parametrize(("name", "expected"), WHEN_CONNECTED.items())
def test_a_fault_when_connected(
    name: str, expected: type[SpeechError], emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    assert_fails(provider_for, emulator, f"{SPOKEN}{{fault {name}}}", expected)
    assert emulator.traffic.connection_count == 1


@pytest.mark.parametrize("marker", ["{fault nonsense}", "{fault throttled often}", "{fault unauthorized}"])
def test_a_marker_that_cannot_be_obeyed_is_refused(
    marker: str, emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    assert_fails(provider_for, emulator, f"{SPOKEN}{marker}", ProviderRejectedInput)


def test_a_fault_of_the_run_strikes_as_often_as_asked(provider_for: ProviderFactory) -> None:
    # Given a run in which the next two requests fail
    with AzureSpeechEmulator(key=KEY, voice_engine="tone", faults=["reset times=2"]) as emulator:
        provider = provider_for(emulator)

        # When three different texts are spoken
        for text in ("一", "二"):
            with pytest.raises(ProviderUnavailable):
                provider.synthesize(utterance(text))
        speech = provider.synthesize(utterance("三"))

        # Then the third succeeds; and one more fault can be planned while it runs
        assert speech.pcm
        emulator.faults.add("throttled times=1")
        with pytest.raises(ProviderThrottled):
            provider.synthesize(utterance("四"))


def test_a_marker_counts_each_text_by_itself(emulator: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    provider = provider_for(emulator)

    for text in ("一{fault unavailable times=1}", "二{fault unavailable times=1}"):
        with pytest.raises(ProviderUnavailable):
            provider.synthesize(utterance(text))
        assert provider.synthesize(utterance(text)).pcm


def test_a_fault_left_to_chance_is_repeatable(provider_for: ProviderFactory) -> None:
    def outcomes(seed: int) -> list[str]:
        faults = ["throttled probability=0.5"]
        with AzureSpeechEmulator(key=KEY, voice_engine="tone", faults=faults, seed=seed) as emulator:
            provider = provider_for(emulator)
            return [_outcome(provider, f"第{number}句") for number in range(12)]

    first = outcomes(seed=1)

    assert outcomes(seed=1) == first
    assert {"spoken", "throttled"} == set(first)


def _outcome(provider: AzureSpeechSession, text: str) -> str:
    try:
        provider.synthesize(utterance(text))
    except ProviderThrottled:
        return "throttled"
    return "spoken"


@pytest.mark.parametrize("notation", ["", "nonsense", "throttled times=0", "throttled probability=2", "throttled x"])
def test_a_notation_that_is_not_understood(notation: str) -> None:
    with pytest.raises(ValueError, match=r"there is no fault|neither"):
        parse_fault_order(notation)
