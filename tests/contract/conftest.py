from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.contract.run import stack_of_users_with_tokens
from tests.contract.tokens import Issuer
from tests.patience import PATIENCE_SECONDS

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


@pytest.fixture(scope="module")
def http(stack: LocalStack) -> Iterator[httpx.Client]:
    """Yield an HTTP client of the stack. One for all requests, because each client reads certificates."""
    with httpx.Client(base_url=stack.url, trust_env=False, timeout=PATIENCE_SECONDS) as client:
        yield client
