from __future__ import annotations

import gc
import os
from functools import cache
from typing import TYPE_CHECKING

import botocore.session
import pytest
from hypothesis import settings

from local.deep_calls import with_room

if TYPE_CHECKING:
    from collections.abc import Iterator

# A test may take as long as it needs: the machine may be busy with other work.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# A fifth of the CPU time of tests went into looking for garbage among the hundreds of thousands of objects that moto
# and the tests themselves keep: collect less often, and leave out what is there before the first test.
gc.set_threshold(50_000, 20, 20)

# A tenth of it went into reading botocore's descriptions of AWS's services again for each session.
botocore.session.create_loader = cache(botocore.session.create_loader)

# A third of it went into mapping memory for the frames of calls.
pytest.Function.runtest = with_room(pytest.Function.runtest)  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def no_real_accounts() -> Iterator[None]:
    """Hide the developer's AWS and Azure accounts: nothing run here may reach them, or cost anything."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "AZURE_")):
                patch.delenv(name)
        yield
