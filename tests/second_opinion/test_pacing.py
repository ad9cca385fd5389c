"""The table's guarantees for pacing, as they are tested on moto."""

from tests.integration.pacing.test_repository import *  # noqa: F403 (all of its tests)
