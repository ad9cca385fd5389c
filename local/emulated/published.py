"""Published functions: their configuration, and their uploaded code and layers, unpacked."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import lambda_backends
from moto.core import DEFAULT_ACCOUNT_ID

from local.cloud.lambda_errors import FunctionNotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFunction:
    """One version of a function's code and configuration."""

    name: str
    arn: str
    version: str
    handler: str
    timeout_seconds: int
    memory_mb: int
    environment: tuple[tuple[str, str], ...]
    reserved_concurrency: int | None
    task_root: Path
    """The folder of the code, in place of ``/var/task``."""
    layers: Path | None
    """The folder of the layers' content, later layers over earlier ones, in place of ``/opt``."""


class PublishedFunctions:
    """The functions in the emulated Lambda. Each archive is unpacked once."""

    def __init__(self, *, region: str, folder: Path) -> None:
        """Unpack below ``folder``, which is created if needed."""
        self._region = region
        self._folder = folder
        self._unpacking = threading.Lock()

    def find(self, reference: str) -> PublishedFunction:
        """Return a function by name or ARN, with or without a version or alias.

        Raises:
            FunctionNotFound: there is no such function.
        """
        backend = lambda_backends[DEFAULT_ACCOUNT_ID][self._region]
        name, _, qualifier = reference.partition(":") if not reference.startswith("arn:") else (reference, "", "")
        try:
            function = backend.get_function(name, qualifier or None)
        except UnknownFunctionException:
            raise FunctionNotFound(reference) from None
        layers = [backend.layers_versions_by_arn(layer["Arn"]).code_bytes for layer in function.layers]
        reserved = function.reserved_concurrency
        return PublishedFunction(
            name=function.function_name,
            arn=function.function_arn,
            version=_version(function),
            handler=function.handler,
            timeout_seconds=int(function.timeout),
            memory_mb=int(function.memory_size),
            environment=tuple(sorted((name, str(value)) for name, value in function.environment_vars.items())),
            reserved_concurrency=None if reserved is None else int(reserved),
            task_root=self._unpack([function.code_bytes]),
            layers=self._unpack(layers) if layers else None,
        )

    def _unpack(self, archives: Sequence[bytes]) -> Path:
        digest = hashlib.sha256(b"".join(hashlib.sha256(archive).digest() for archive in archives)).hexdigest()
        into = self._folder / digest[:16]
        with self._unpacking:
            if not into.exists():
                for archive in archives:
                    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
                        opened.extractall(into)
        return into


def _version(function: Any) -> str:
    return "$LATEST" if ":" not in function.function_arn.partition(":function:")[2] else str(function.version)
