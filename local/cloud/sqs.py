"""SQS as documented: moto's, with the cloud's clock, its limits, and fair queues.

moto differs from AWS:

- It uses the machine's clock.
- It counts the 12 hours for which a message can be hidden from the time of sending, not of the receipt.
- A message that is older than the retention of its queue blocks other messages.
- It measures messages in characters, not in bytes.
- It lets any number of messages of a queue be in flight.
- It lets an old receipt handle delete a message, and hides a message that is not in flight.
- It accepts any name of a message group, and lets a group with many messages in flight delay the others.
- It is not thread-safe: two receivers may get the same message.
"""

import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs import models
from moto.sqs.exceptions import InvalidParameterValue, SQSException
from moto.sqs.models import Message, Queue, SQSBackend

from local.cloud.clock import Clock
from local.cloud.request_lock import one_at_a_time

LONGEST_HIDDEN_SECONDS = 43_200
"""The maximum time for which a message can be hidden, from its receipt."""
MAX_IN_FLIGHT = 120_000
"""The maximum number of messages of a queue that are received and not yet deleted."""
_GROUP = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}")
_WAIT_INTERVAL_SECONDS = 0.05
_NOISY_SHARE = 0.1
"""The share of the messages in flight, or of the consumers' time, above which a group is noisy."""
_NOISY_IN_FLIGHT = 30
"""The minimum number of messages in flight with which a group can be noisy because of its share of them."""
_RECENT_MS = 300_000
"""The period that counts as recent. AWS does not document it."""
_WORK_NOTED = 10_000


class _MessageNotInFlight(SQSException):  # type: ignore[misc]  # moto has no types
    code = "AWS.SimpleQueueService.MessageNotInflight"

    def __init__(self) -> None:
        super().__init__("The specified message isn't in flight.")


class _OverLimit(SQSException):  # type: ignore[misc]  # moto has no types
    code = "OverLimit"

    def __init__(self) -> None:
        super().__init__("Too many messages in flight.")


@contextmanager
def documented_sqs(clock: Clock) -> Iterator[None]:
    """Make SQS behave as documented while the context lasts, at the time of `clock`.

    A receipt handle is valid until the message is received again. In a standard queue, the messages of groups that
    take more than their share come after the others.
    """

    def now_ms(moment: Any = None) -> float:
        return (moment or clock.now()).timestamp() * 1000

    def now_seconds(moment: Any = None) -> float:
        return now_ms(moment) / 1000

    lock = threading.RLock()
    with ExitStack() as hooks:
        for owner, name, replacement in (
            (models, "unix_time", now_seconds),
            (models, "unix_time_millis", now_ms),
            (Queue, "messages", property(_receivable)),
            (Queue, "delete_message", one_at_a_time(lock, _deleting(Queue.delete_message))),
            (Message, "mark_received", _noting_receipt(Message.mark_received)),
            (SQSBackend, "send_message", one_at_a_time(lock, _sending(SQSBackend.send_message))),
            (SQSBackend, "receive_message", _receiving(lock, SQSBackend.receive_message)),
            (SQSBackend, "change_message_visibility", one_at_a_time(lock, _change_visibility)),
        ):
            hooks.enter_context(patch.object(owner, name, replacement))
        yield


@contextmanager
def noticed_messages(notice: Callable[[], object]) -> Iterator[None]:
    """Call `notice` whenever a message has been sent, while the context lasts."""
    send_message = SQSBackend.send_message

    def send_and_notice(backend: Any, *arguments: Any, **options: Any) -> Message:
        message = send_message(backend, *arguments, **options)
        notice()
        return message

    with patch.object(SQSBackend, "send_message", send_and_notice):
        yield


def holds_messages(region: str, queue_name: str) -> bool:
    """Return whether a queue holds a message, whether hidden, delayed or receivable."""
    queue = models.sqs_backends[DEFAULT_ACCOUNT_ID][region].queues.get(queue_name)
    return queue is not None and bool(queue._messages)


def _receivable(queue: Queue) -> list[Message]:
    """Return the messages that can be received, in the order of receipt; drop messages that are too old."""
    retention_ms = queue.message_retention_period * 1000
    oldest = models.unix_time_millis() - retention_ms
    queue._messages[:] = [each for each in queue._messages if (each.sent_timestamp or 0) > oldest]
    messages = queue._messages
    receivable = [each for each in messages if each.visible and not each.delayed]
    if queue.fifo_queue:
        return receivable
    noisy = _noisy_groups(queue)
    return sorted(receivable, key=lambda each: each.group_id in noisy)


def _noisy_groups(queue: Queue) -> set[str]:
    """Return the groups that take more than their share of the consumers, as AWS documents it."""
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
    now_ms = models.unix_time_millis()
    busy = [each for each in queue._messages if not each.visible and hasattr(each, "received_ms")]
    in_flight = Counter(each.group_id for each in busy)
    worked_ms: Counter[str | None] = Counter()
    for each in busy:
        worked_ms[each.group_id] += now_ms - each.received_ms
    for ended_ms, group, duration_ms in getattr(queue, "worked", ()):
        if ended_ms > now_ms - _RECENT_MS:
            worked_ms[group] += duration_ms
    return {
        group
        for group in in_flight.keys() | worked_ms.keys()
        if group is not None
        and (
            in_flight[group] >= max(_NOISY_IN_FLIGHT, _NOISY_SHARE * in_flight.total())
            or worked_ms[group] > _NOISY_SHARE * worked_ms.total()
        )
    }


def _noting_receipt(mark_received: Callable[..., None]) -> Callable[..., None]:
    def note(message: Any, visibility_timeout: int | None = None) -> None:
        mark_received(message, visibility_timeout)
        message.received_ms = models.unix_time_millis()

    return note


def _sending(send_message: Callable[..., Message]) -> Callable[..., Message]:
    def send(backend: Any, queue_name: str, message_body: str, **options: Any) -> Message:
        size_bytes = len(message_body.encode("utf-8", "surrogatepass"))
        limit_bytes = backend.get_queue(queue_name).maximum_message_size
        if size_bytes > limit_bytes:
            raise InvalidParameterValue(
                f"One or more parameters are invalid. Reason: Message must be shorter than {limit_bytes} bytes."
            )
        group = options.get("group_id")
        if group is not None and _GROUP.fullmatch(group) is None:
            raise InvalidParameterValue(
                "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length"
            )
        return send_message(backend, queue_name, message_body, **options)

    return send


def _receiving(lock: threading.RLock, receive_message: Callable[..., list[Message]]) -> Callable[..., list[Message]]:
    def receive(
        backend: Any, queue_name: str, count: int, wait_seconds_timeout: int, *options: Any, **named: Any
    ) -> list[Message]:
        """Receive messages without holding the lock while there are none."""
        deadline = time.monotonic() + wait_seconds_timeout
        while True:
            with lock:
                if backend.get_queue(queue_name).approximate_number_of_messages_not_visible >= MAX_IN_FLIGHT:
                    raise _OverLimit
                messages = receive_message(backend, queue_name, count, 0, *options, **named)
            if messages or time.monotonic() >= deadline:
                return messages
            time.sleep(_WAIT_INTERVAL_SECONDS)

    return receive


def _deleting(delete_message: Callable[..., None]) -> Callable[..., None]:
    def delete(queue: Any, receipt_handle: str) -> None:
        """Delete a message, unless it was received again: then the handle is no longer valid."""
        received_again = any(
            each.had_receipt_handle(receipt_handle) and each.receipt_handle != receipt_handle
            for each in queue._messages
        )
        if not received_again:
            _note_work(queue, receipt_handle)
            delete_message(queue, receipt_handle)

    return delete


def _note_work(queue: Any, receipt_handle: str) -> None:
    """Record the time for which a message was handled, before it is deleted."""
    for each in queue._messages:
        if each.receipt_handle == receipt_handle and each.group_id is not None:
            now_ms = models.unix_time_millis()
            work = queue.__dict__.setdefault("worked", deque(maxlen=_WORK_NOTED))
            work.append((now_ms, each.group_id, now_ms - each.received_ms))


def _change_visibility(backend: Any, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
    queue = backend.get_queue(queue_name)
    message = next(
        (each for each in queue._messages if each.had_receipt_handle(receipt_handle)),
        None,
    )
    if message is None:
        raise models.ReceiptHandleIsInvalid
    if message.visible or message.receipt_handle != receipt_handle:
        raise _MessageNotInFlight
    hidden_until_ms = models.unix_time_millis() + int(visibility_timeout) * 1000
    if hidden_until_ms - message.received_ms > LONGEST_HIDDEN_SECONDS * 1000:
        raise InvalidParameterValue(
            f"Value {visibility_timeout} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout "
            f"for the message is beyond the limit [{LONGEST_HIDDEN_SECONDS} seconds]"
        )
    message.change_visibility(int(visibility_timeout))
    if visibility_timeout == 0:
        # moto compares strictly, so the message would stay hidden for the rest of this millisecond.
        message.visible_at -= 1
        queue.pending_messages.discard(message)
