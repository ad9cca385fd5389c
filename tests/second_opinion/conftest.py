"""The emulated AWS of the second opinion, started once by each process of pytest that needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from local import resources
from local.emulated.cloud import EmulatedCloud
from local.emulated.runtime import prepare_runtime

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedCloud]:
    """Yield a cloud whose workflows wait a hundredth of the time."""
    folder = tmp_path_factory.mktemp("second-opinion")
    with EmulatedCloud(prepare_runtime(), log_file=folder / "functions.log", wait_scale=0.01) as running:
        yield running


@pytest.fixture(scope="module")
def cloud(server: EmulatedCloud) -> Iterator[EmulatedCloud]:
    """Yield the cloud, to which boto3 leads in this module, and whose tables are gone after it.

    Nothing expires: the items of the tests are of another day, and here the clock cannot be set.
    """
    create_table = resources.create_table
    tables: list[str] = []

    def create_table_without_expiry(table_name: str = resources.TABLE_NAME) -> None:
        create_table(table_name)
        tables.append(table_name)
        boto3.client("dynamodb").update_time_to_live(
            TableName=table_name, TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires_at"}
        )

    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        # Sessions keep the credentials that they have found once.
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        patch.setattr(resources, "create_table", create_table_without_expiry)
        yield server
        for name in tables:
            boto3.client("dynamodb").delete_table(TableName=name)
