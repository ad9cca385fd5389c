"""Faster requests to AWS: a constant user agent. Building it takes a fifth of the time of a small request."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from botocore.useragent import UserAgentString


@contextmanager
def constant_user_agent() -> Iterator[None]:
    """Send the same user agent with every request."""
    with patch.object(UserAgentString, "to_string", lambda _agent: "castline-local"):
        yield
