"""The table's guarantees for previews, as they are tested on moto."""

from tests.integration.previews.test_repository import *  # noqa: F403 (all of its tests)
