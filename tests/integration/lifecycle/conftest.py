"""World of the lifecycle tests, one for all modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline import composition
from castline.speech.pool import NoSecret, SpeechPool
from local import resources
from local.cloud.cloud import LocalCloud
from tests.integration.lifecycle.world import Hum, StandingClock, World, new_user
from tests.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def _only_world() -> Iterator[World]:
    clock = StandingClock()
    with (
        LocalCloud(clock=clock, poll_interval_seconds=None, expiry_interval_seconds=None) as cloud,
        quiet(),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("TABLE_NAME", resources.TABLE_NAME)
        patch.setenv("BUCKET_NAME", resources.BUCKET_NAME)
        patch.setenv("SPEECH_PROVIDERS", resources.SPEECH_PROVIDERS)
        for name, value in resources.create_queues().items():
            patch.setenv(name, value)
        world = World(cloud, clock)
        pool = SpeechPool(NoSecret(), lambda _credentials: Hum())
        with composition.given(
            clock=lambda: clock.now,
            executions=lambda: world.executions,
            speech_pool=lambda _provider_id: pool,
        ):
            yield world


@pytest.fixture(scope="module")
def world(_only_world: World) -> World:
    """Return a world that is as new, and that the tests of a module share. They use different users, or reset it."""
    _only_world.clock.start_again()
    _only_world.forget_everything()
    return _only_world


@pytest.fixture
def user() -> str:
    return new_user()
