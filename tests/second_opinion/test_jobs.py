"""The table's guarantees for jobs, as they are tested on moto."""

from tests.integration.jobs.test_repository import *  # noqa: F403 (all of its tests)
