"""Cached boto3 clients for the Step Functions interpreter, which otherwise makes a new client for every task."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
from moto.stepfunctions.parser.asl.utils import boto_client


@contextmanager
def cached_interpreter_clients() -> Iterator[None]:
    """Build one client for each service and region, and share it between the interpreter's threads."""
    session = boto3.Session()
    clients: dict[tuple[str, str], Any] = {}
    # Clients may be shared between threads; a session, which builds them, may not.
    building = threading.Lock()

    def client(*, service_name: str, region_name: str, **options: Any) -> Any:
        key = (service_name, region_name)
        with building:
            if key not in clients:
                create: Any = session.client
                clients[key] = create(service_name, region_name=region_name, **options)
            return clients[key]

    with patch.object(boto_client, "boto3", SimpleNamespace(client=client)):
        yield
