"""Fixtures of the API's tests: a service in which jobs stay pending, because no workflow runs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from castline import composition
from local import resources
from tests.integration.scripted_executions import ScriptedExecutions
from tests.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.azure_speech.server import AzureSpeechEmulator
    from local.cloud.cloud import LocalCloud


@pytest.fixture(scope="module")
def service(cloud: LocalCloud, speech: AzureSpeechEmulator) -> Iterator[LocalCloud]:
    """Yield a cloud with what the API needs. The tests of a module share it and differ by user."""
    resources.create_table()
    resources.create_bucket()
    resources.create_speech_secret({"key": speech.key, "host": speech.host})
    environment = {
        "TABLE_NAME": resources.TABLE_NAME,
        "BUCKET_NAME": resources.BUCKET_NAME,
        "SPEECH_PROVIDERS": resources.SPEECH_PROVIDERS,
        **resources.create_queues(),
    }
    executions = ScriptedExecutions()
    with quiet(), pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with composition.given(executions=lambda: executions):
            yield cloud


@pytest.fixture
def user() -> str:
    """Return the id of a new user."""
    return f"user/{uuid4()}"
