"""The table's guarantees for usage, as they are tested on moto."""

from tests.integration.usage.test_repository import *  # noqa: F403 (all of its tests)
