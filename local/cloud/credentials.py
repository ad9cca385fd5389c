"""Fake credentials that no AWS account accepts, so that local code cannot reach a real one."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.environment import environment_variables


@contextmanager
def fake_credentials(region: str) -> Iterator[None]:
    """Set credentials and region in the environment while the context lasts, then restore the old values."""
    fake = {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        # botocore would put the account into the host name of DynamoDB Streams, where moto does not see it.
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    }
    with environment_variables(fake):
        yield
