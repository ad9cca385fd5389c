"""Cache of secrets: few calls of Secrets Manager, and rotated secrets are noticed soon."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from castline.aws_errors import ServiceUnavailable, translated_aws_errors
from castline.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_secretsmanager import SecretsManagerClient

_PATIENCE_SECONDS: Final = 30.0
"""The time for which an outdated value is used after a failed read, before Secrets Manager is called again."""


ContentT = TypeVar("ContentT")


class CachedSecret(Generic[ContentT]):
    """A cached secret of Secrets Manager. Thread-safe: one thread reads it at a time."""

    def __init__(
        self,
        client: SecretsManagerClient,
        secret_id: str,
        *,
        parse: Callable[[str], ContentT],
        max_age_seconds: int,
    ) -> None:
        """Create a cache for a secret, without reading it.

        Args:
            client: a Secrets Manager client.
            secret_id: the secret's name or ARN.
            parse: parses the secret's text, and raises if the text is invalid. An invalid text is not cached.
            max_age_seconds: the time for which a value is used before the secret is read again.
        """
        self._secrets = SecretsProvider(boto3_client=client)
        self._secret_id = secret_id
        self._parse = parse
        self._max_age_seconds = max_age_seconds
        self._last: ContentT | None = None
        self._retry_at = 0.0
        self._lock = threading.Lock()

    def read(self) -> ContentT:
        """Return a value at most ``max_age_seconds`` old, or an older one while no newer value can be read.

        Raises:
            ServiceUnavailable: the secret could not be read, and no earlier value is known.
            Exception: any error of ``parse``.
        """
        with self._lock:
            if self._last is not None and time.time() < self._retry_at:
                return self._last
            try:
                return self._fetch(afresh=False)
            except ServiceUnavailable as error:
                if self._last is None:
                    raise
                self._retry_at = time.time() + _PATIENCE_SECONDS
                logger.warning("the secret cannot be read; using the cached value", extra={"reason": str(error)})
                return self._last

    def read_afresh(self) -> ContentT:
        """Read the secret now, without the cache.

        Raises:
            ServiceUnavailable: the secret could not be read.
            Exception: any error of ``parse``.
        """
        with self._lock:
            return self._fetch(afresh=True)

    def _fetch(self, *, afresh: bool) -> ContentT:
        try:
            text = str(self._secrets.get(self._secret_id, max_age=self._max_age_seconds, force_fetch=afresh))
        except GetParameterError as error:
            if isinstance(error.__context__, KeyError):
                text = ""  # a binary secret has no text
            else:
                # Powertools hides the cause, which says whether a retry may succeed.
                with translated_aws_errors():
                    raise (error.__context__ or error) from None
        try:
            self._last, self._retry_at = self._parse(text), 0.0
        except Exception:
            self._secrets.clear_cache()  # type: ignore[no-untyped-call]  # so that a repaired secret is read at once
            raise
        return self._last
