"""Fixtures of the tests that run on moto, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline import composition
from local import resources
from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.cloud import LocalCloud
from tests.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """Yield a local cloud whose streams and expiry run only when it is told to tick."""
    with LocalCloud(poll_interval_seconds=None, expiry_interval_seconds=None) as running:
        yield running


@pytest.fixture(scope="module")
def speech() -> Iterator[AzureSpeechEmulator]:
    """Yield an emulator that costs no time, because it hums."""
    with AzureSpeechEmulator(voice_engine="tone") as running:
        yield running


@pytest.fixture(scope="module")
def functions_environment(cloud: LocalCloud, speech: AzureSpeechEmulator) -> Iterator[LocalCloud]:
    """Yield a cloud with everything that the handlers need. The tests of a module share it and differ by user."""
    resources.create_table()
    resources.create_bucket()
    resources.create_speech_secret({"key": speech.key, "host": speech.host})
    events = resources.create_event_bus() | resources.create_queues()
    state_machine_arn = resources.create_state_machine(resources.register_functions(cloud))
    with quiet(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("TABLE_NAME", resources.TABLE_NAME)
        patch.setenv("BUCKET_NAME", resources.BUCKET_NAME)
        patch.setenv("STATE_MACHINE_ARN", state_machine_arn)
        patch.setenv("SPEECH_PROVIDERS", resources.SPEECH_PROVIDERS)
        for name, value in events.items():
            patch.setenv(name, value)
        composition.reset()
        yield cloud
        composition.reset()
