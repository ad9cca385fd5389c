"""Pool of a provider's equivalent resources, with a session for each, made from the provider's secret."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from castline.speech.errors import ProviderMisconfigured
from castline.speech.key_rotation import RotatingSpeechSession
from castline.speech.providers.base import ONLY_RESOURCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline.speech.errors import ProviderAuthFailed
    from castline.speech.providers.base import Credentials, Resources, SpeechSession


class ResourcesSecret(Protocol):
    """A secret that holds the resources of a provider. Thread-safe."""

    def read(self) -> Resources:
        """Return the secret, from a cache if it was read recently."""
        ...

    def read_afresh(self) -> Resources:
        """Read the secret now, without the cache."""
        ...


class NoSecret:
    """The secret of a provider that needs no key."""

    def read(self) -> Resources:
        """Return one resource without credentials."""
        return {ONLY_RESOURCE: {}}

    def read_afresh(self) -> Resources:
        """Return one resource without credentials."""
        return self.read()


class SpeechPool:
    """The sessions of the resources that a provider's secret currently names. Thread-safe."""

    def __init__(
        self,
        secret: ResourcesSecret,
        make: Callable[[Credentials], SpeechSession],
        *,
        healed: Callable[[ProviderAuthFailed], None] = lambda _refusal: None,
    ) -> None:
        """Store the secret and a function that makes sessions. The secret is first read when the pool is used.

        Args:
            secret: the secret with the resources.
            make: makes a session from the credentials of a resource.
            healed: called with each refusal of a key that a new key has resolved.
        """
        self._secret = secret
        self._make = make
        self._healed = healed
        self._lock = threading.Lock()
        self._sessions: dict[str, RotatingSpeechSession] = {}

    def resources(self) -> tuple[str, ...]:
        """Return the names of the resources, at least one, and close the sessions of removed resources.

        Raises:
            ProviderMisconfigured: the secret is invalid.
            ServiceUnavailable: the secret cannot be read at the moment.
        """
        names = tuple(self._secret.read())
        with self._lock:
            gone = [self._sessions.pop(name) for name in self._sessions.keys() - set(names)]
        for session in gone:
            session.close()
        return names

    def session(self, resource: str) -> SpeechSession:
        """Return the session of a resource. It follows changes of the resource's key."""
        with self._lock:
            if resource not in self._sessions:
                secret = _ResourceSecret(self._secret, resource)
                self._sessions[resource] = RotatingSpeechSession(secret, self._make, healed=self._healed)
            return self._sessions[resource]

    def close(self) -> None:
        """Close every session. The pool can be used again."""
        with self._lock:
            sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            session.close()


class _ResourceSecret:
    """The part of a secret that belongs to one resource."""

    def __init__(self, secret: ResourcesSecret, resource: str) -> None:
        self._secret = secret
        self._resource = resource

    def read(self) -> Credentials:
        return self._own(self._secret.read())

    def read_afresh(self) -> Credentials:
        return self._own(self._secret.read_afresh())

    def _own(self, resources: Resources) -> Credentials:
        if self._resource not in resources:
            raise ProviderMisconfigured("the secret no longer has the resource")
        return resources[self._resource]
