"""The table's guarantees for webhooks, as they are tested on moto."""

from tests.integration.webhooks.test_repository import *  # noqa: F403 (all of its tests)
