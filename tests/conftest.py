from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def no_real_accounts() -> Iterator[None]:
    """Hide the developer's AWS and Azure accounts: nothing run here may reach them, or cost anything."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "AZURE_")):
                patch.delenv(name)
        yield
