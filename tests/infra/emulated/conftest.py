from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from local.emulated.cloud import EmulatedCloud
from local.emulated.runtime import prepare_runtime

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedCloud]:
    """Yield an emulated AWS without resources, to which boto3 leads in this process."""
    log_file = tmp_path_factory.mktemp("emulated") / "functions.log"
    with (
        EmulatedCloud(prepare_runtime(), log_file=log_file) as running,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in running.environment.items():
            patch.setenv(name, value)
        # Sessions keep the credentials that they have found once.
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        yield running
