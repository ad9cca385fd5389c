"""Calls of the functions to AWS and the provider: observed, counted, and broken on demand."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn, Protocol
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from castline.speech.errors import SpeechError
from castline.speech.providers.azure.session import AzureSpeechSession
from tests.faults.faults import Call, Fault, Mode
from tests.faults.permissions import Use, permissions_for, presigning_observed
from tests.faults.processes import Process, ProcessDied, ThreadDied, current_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.speech.utterances import Speech, Utterance

_IN_THREADS_OF_THEIR_OWN = {
    "AbortMultipartUpload",
    "ChangeMessageVisibility",
    "CompleteMultipartUpload",
    "CreateMultipartUpload",
    "UploadPart",
}

WRITES_OF_ONE_ITEM = {"DeleteItem", "PutItem", "UpdateItem"}
TRANSACTION = "TransactWriteItems"

SPEAK = "Speak"
"""The operation of the provider, named like those of AWS."""

Staging = Mapping[tuple[str, str], Callable[[Process], None]]
"""The action just before a function (by name) makes an operation."""


class Effect(Protocol):
    """A call about to be made."""

    items: int
    """The number of table items that the call writes."""

    def happen(self) -> Any:
        """Make the call."""

    def fail_before(self) -> Any:
        """Fail without an effect."""

    def fail_after(self) -> Any:
        """Make the call, then fail."""

    def conflict(self, item: int) -> Any:
        """Fail because another transaction is writing one of the call's items."""


class Calls:
    """The calls made for one job. Thread-safe.

    Attributes:
        made: all calls, in order.
        struck: the number of times that the fault has struck.
        started: the names of the executions that have been started.
        spoken: how often each text has been spoken, and is to be paid for.
        uses: the permissions that the functions have used so far, for any job.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.uses: set[Use] = set()
        self.begin(None, {})

    def begin(self, fault: Fault | None, staging: Staging) -> None:
        """Forget all calls, set the staging for the next job, and plan ``fault``."""
        with self._lock:
            self.made: list[Call] = []
            self.struck = 0
            self.started: set[str] = set()
            self.spoken: Counter[str] = Counter()
            self._counts: Counter[tuple[str, str]] = Counter()
            self._fault = fault
            self._staging = staging

    def recover(self) -> None:
        """Remove the staging, and end an outage that has begun."""
        with self._lock:
            self._staging = {}
            if self._fault and self._fault.mode is Mode.OUTAGE and self.struck:
                self._fault = None

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Observe every call while the context lasts."""
        make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]
        synthesize = AzureSpeechSession.synthesize

        def observed_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            process = current_process()
            if process is None:
                return make_api_call(client, operation, parameters)

            def happen() -> Any:
                self._note_use(operation, parameters)
                answer = make_api_call(client, operation, parameters)
                if operation == "StartExecution":
                    self.started.add(parameters["name"])
                return answer

            return self._make(process, operation, _AwsEffect(client, operation, parameters, happen))

        def observed_synthesize(provider: AzureSpeechSession, utterance: Utterance, **options: Any) -> Any:
            process = current_process()

            def speak(utterance: Utterance) -> Speech:
                speech = synthesize(provider, utterance, **options)
                with self._lock:
                    self.spoken[utterance.text] += 1
                return speech

            return (
                speak(utterance) if process is None else self._make(process, SPEAK, _SpokenEffect(utterance, speak))
            )

        with (
            patch.object(BaseClient, "_make_api_call", observed_api_call),
            patch.object(AzureSpeechSession, "synthesize", observed_synthesize),
            presigning_observed(self._note_use),
        ):
            yield

    def _note_use(self, operation: str, parameters: dict[str, Any]) -> None:
        process = current_process()
        if process is not None:
            uses = {Use(process.function, operation, each) for each in permissions_for(operation, parameters)}
            with self._lock:
                self.uses |= uses

    def _make(self, process: Process, operation: str, effect: Effect) -> Any:
        with self._lock:
            if process.is_dead:
                raise _death_during(operation)
            key = (process.function, operation)
            self._counts[key] += 1
            call = Call(*key, self._counts[key])
            self.made.append(call)
            fault = self._fault_for(call, effect.items)
            ploy = self._staging.get(key)
        if ploy is not None:
            Context().run(ploy, process)  # what it calls is nobody's call
        answer = _broken(process, call, effect, fault) if fault else effect.happen()
        if process.is_dead:
            raise _death_during(operation)
        return answer

    def _fault_for(self, call: Call, items: int) -> Fault | None:
        if self._fault is None or not self._fault.strikes(call, has_struck=self.struck > 0, items=items):
            return None
        self.struck += 1
        return self._fault


def _death_during(operation: str) -> BaseException:
    return ThreadDied() if operation in _IN_THREADS_OF_THEIR_OWN else ProcessDied()


def _broken(process: Process, call: Call, effect: Effect, fault: Fault) -> Any:
    match fault.mode:
        case Mode.ERROR_BEFORE | Mode.OUTAGE:
            return effect.fail_before()
        case Mode.ERROR_AFTER:
            return effect.fail_after()
        case Mode.CONFLICT:
            return effect.conflict(fault.conflicting_item(call))
        case Mode.CRASH_BEFORE:
            process.die()
            raise _death_during(call.operation)
        case Mode.CRASH_AFTER:
            with suppress(ClientError, SpeechError):
                effect.happen()
            process.die()
            raise _death_during(call.operation)


class _AwsEffect:
    """A call to AWS. It fails in the way in which botocore's own retries leave it."""

    def __init__(self, client: Any, operation: str, parameters: Mapping[str, Any], happen: Callable[[], Any]) -> None:
        self._client = client
        self._operation = operation
        self.happen = happen
        self.items = len(parameters.get("TransactItems", ())) or int(operation in WRITES_OF_ONE_ITEM)

    def fail_before(self) -> NoReturn:
        self._fail("InternalServerError", 500)

    def fail_after(self) -> NoReturn:
        with suppress(ClientError):
            self.happen()
        self.fail_before()

    def conflict(self, item: int) -> NoReturn:
        if self._operation != TRANSACTION:
            self._fail("TransactionConflictException", 400)
        reasons = [{"Code": "None"}] * self.items
        reasons[item] = {"Code": "TransactionConflict", "Message": "injected"}
        self._fail("TransactionCanceledException", 400, CancellationReasons=reasons)

    def _fail(self, code: str, status: int, **more: Any) -> NoReturn:
        metadata = {"HTTPStatusCode": status, "RequestId": "", "HostId": "", "HTTPHeaders": {}, "RetryAttempts": 3}
        response = {"Error": {"Code": code, "Message": "injected"}, "ResponseMetadata": metadata, **more}
        raise self._client.exceptions.from_code(code)(response, self._operation)


class _SpokenEffect:
    """A request for speech. It fails at the provider: the emulator breaks only this request."""

    items = 0

    def __init__(self, utterance: Utterance, speak: Callable[[Utterance], Speech]) -> None:
        self._utterance = utterance
        self._speak = speak

    def happen(self) -> Speech:
        return self._speak(self._utterance)

    def fail_before(self) -> Speech:
        return self._speak_with_fault("unavailable")

    def fail_after(self) -> Speech:
        return self._speak_with_fault("reset-amid-audio")

    def conflict(self, item: int) -> NoReturn:
        raise NotImplementedError

    def _speak_with_fault(self, name: str) -> Speech:
        return self._speak(replace(self._utterance, text=f"{self._utterance.text}{{fault {name}}}"))
