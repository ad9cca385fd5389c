from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.run import stack_of_users_with_tokens
from tests.contract.tokens import Issuer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.stack import LocalStack


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def stack(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with stack_of_users_with_tokens(issuer, log_folder=tmp_path_factory.mktemp("logs")) as stack:
        yield stack
