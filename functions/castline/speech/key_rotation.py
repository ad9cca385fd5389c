"""Speech session that follows key rotation: it continues with the new key."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from castline.pcm import SAMPLE_RATE_HZ
from castline.speech.errors import ProviderAuthFailed
from castline.speech.providers.base import SpeechSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from castline.speech.providers.base import Credentials
    from castline.speech.utterances import Speech, Utterance

ResultT = TypeVar("ResultT")


class SpeechSecret(Protocol):
    """A secret that holds the key of a resource."""

    def read(self) -> Credentials:
        """Return the secret, from a cache if it was read recently."""
        ...

    def read_afresh(self) -> Credentials:
        """Read the secret now, without the cache."""
        ...


@dataclass(slots=True, eq=False)
class _Lease:
    """A session, the secret that it was made with, and the number of utterances that it is speaking."""

    session: SpeechSession
    secret: Credentials
    utterances: int = 0
    is_retired: bool = False


class RotatingSpeechSession(SpeechSession):
    """A session that always speaks with the current secret.

    If the secret changes, a new session is made, and the old session is closed after its last utterance. If the
    provider refuses the key, the secret is read again without the cache. If the secret has changed, the utterance is
    spoken with the new key.
    """

    def __init__(
        self,
        secret: SpeechSecret,
        make: Callable[[Credentials], SpeechSession],
        *,
        healed: Callable[[ProviderAuthFailed], None] = lambda _refusal: None,
    ) -> None:
        """Store the secret and a function that makes sessions. The secret is first read for the first utterance.

        Args:
            secret: the secret with the key. One thread at a time reads it.
            make: makes a session from the secret's content.
            healed: called with each refusal that a new key has resolved.
        """
        self._secret = secret
        self._make = make
        self._healed = healed
        self._lock = threading.Lock()
        self._current: _Lease | None = None
        self._fresh_reads = 0
        self._closed = False

    def synthesize(
        self, utterance: Utterance, *, with_words: bool = True, sample_rate_hz: int = SAMPLE_RATE_HZ
    ) -> Speech:
        """Speak ``utterance``; see ``SpeechSession``.

        Raises:
            SpeechError: one of ``castline.speech.errors``.
            RuntimeError: the session is closed.
        """
        return self._with_the_key(
            lambda session: session.synthesize(utterance, with_words=with_words, sample_rate_hz=sample_rate_hz)
        )

    def synthesize_together(self, utterances: Sequence[Utterance]) -> list[Speech]:
        """Speak ``utterances`` in one request; see ``SpeechSession``.

        Raises:
            CutUncertain: the boundaries between the utterances cannot be found.
            SpeechError: one of ``castline.speech.errors``.
            RuntimeError: the session is closed.
        """
        return self._with_the_key(lambda session: session.synthesize_together(utterances))

    def close(self) -> None:
        """Close the session. Closing again does nothing."""
        with self._lock:
            self._closed = True
            lease, self._current = self._current, None
        if lease is not None:
            lease.session.close()

    def _with_the_key(self, speak: Callable[[SpeechSession], ResultT]) -> ResultT:
        with self._leased() as lease:
            fresh_reads = self._fresh_reads
            try:
                return speak(lease.session)
            except ProviderAuthFailed as error:
                refusal = error
        if not self._has_another_key(lease, fresh_reads):
            raise refusal
        self._healed(refusal)
        with self._leased() as lease:
            return speak(lease.session)

    @contextmanager
    def _leased(self) -> Iterator[_Lease]:
        with self._lock:
            if self._closed:
                raise RuntimeError("the session is closed")
            lease = self._lease_for(self._secret.read())
            lease.utterances += 1
        try:
            yield lease
        finally:
            with self._lock:
                lease.utterances -= 1
                is_unused = lease.is_retired and not lease.utterances
            if is_unused:
                lease.session.close()

    def _has_another_key(self, refused: _Lease, fresh_reads: int) -> bool:
        """Return whether the key has changed since it was refused, and read the secret afresh if needed.

        ``fresh_reads`` is the number of fresh reads when the refused key was leased. If another thread has read the
        secret afresh since then, the secret is not read again. So only one of several utterances that are refused at
        the same time reads it.
        """
        with self._lock:
            if self._current is refused and self._fresh_reads == fresh_reads:
                secret = self._secret.read_afresh()
                self._fresh_reads += 1
                self._lease_for(secret)
            return self._current is not refused

    def _lease_for(self, secret: Credentials) -> _Lease:
        """Return the lease of a session that is made from ``secret``. The caller holds the lock."""
        if self._current is None or self._current.secret != secret:
            retired, self._current = self._current, _Lease(self._make(secret), secret)
            if retired is not None:
                retired.is_retired = True
                if not retired.utterances:
                    # Closing takes a second if the server is gone.
                    threading.Thread(target=retired.session.close, name="speech-close", daemon=True).start()
        return self._current
