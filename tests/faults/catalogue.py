"""Catalogue of the calls in each scenario that can be broken, by function and operation.

``test_faults`` keeps it complete and true.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tests.faults.calls import TRANSACTION, WRITES_OF_ONE_ITEM
from tests.faults.faults import Call, Fault, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = {
    "completed": """
        submit BatchGetItem GetItem TransactWriteItems StartExecution
        plan Query UpdateItem
        queue-batch BatchGetItem UpdateItem PutItem SendMessage
        publish-events TransactGetItems×2 PutEvents
        dispatch-webhooks Query×2
        synthesize Query×2 GetSecretValue HeadObject×3 Speak×3 PutObject×3 UpdateItem×5
        synthesize TransactWriteItems SendTaskSuccess DeleteItem
        assemble Query GetObject×3 PutObject×3 TransactWriteItems
        expire ListObjectsV2 DeleteObject×3
    """,
    "completed-in-parts": """
        assemble CreateMultipartUpload UploadPart×2 CompleteMultipartUpload
    """,
    "submitted-twice": """
        submit-keyed BatchGetItem×2 GetItem×2 TransactWriteItems×2 StartExecution×2 UpdateItem
    """,
    "cancelled": """
        cancel GetItem TransactWriteItems StopExecution
    """,
    "stopped-by-user": """
        stop GetItem×2 Query×3 TransactWriteItems StopExecution
    """,
    "previewed": """
        preview BatchGetItem GetSecretValue HeadObject×2 Speak UpdateItem×2 PutObject×2 TransactWriteItems×2 GetObject
    """,
    "previewed-in-vain": """
        reconcile HeadObject
    """,
    "kept": """
        synthesize ChangeMessageVisibility GetItem
    """,
    "abandoned": """
        reconcile GetQueueAttributes SendMessage
    """,
    "unspoken": """
        synthesize SendTaskFailure×2
    """,
    "untold": """
        synthesize SendMessage UpdateItem×8
    """,
    "failed": """
        record-failure Query TransactWriteItems ListObjectsV2 DeleteObject
    """,
    "stopped": """
        execution-ended Query TransactWriteItems ListObjectsV2 DeleteObject
    """,
    "stopped-too-late": """
        assemble TransactWriteItems ListObjectsV2 DeleteObject
    """,
    "stopped-while-speaking": """
        synthesize UpdateItem×2
        reconcile TransactWriteItems
    """,
    "lost": """
        reconcile Query×2 DescribeExecution×2 GetItem×4 TransactWriteItems×2
        reconcile ListObjectsV2 DeleteObject StartExecution StopExecution UpdateItem×5
        synthesize GetObject
    """,
}
"""The lines of each scenario: a function and its operations, without those of earlier scenarios.

The reconciler reads every partition of an index, and then again; the first few reads stand for all of them.
"""


WITHOUT_EFFECT = {
    "BatchGetItem",
    "DescribeExecution",
    "GetItem",
    "GetObject",
    "GetQueueAttributes",
    "GetSecretValue",
    "HeadObject",
    "ListObjectsV2",
    "Query",
    "TransactGetItems",
}
"""The read operations: they have no effect that a fault could come after."""

BEFORE_ITS_EFFECT = (Mode.ERROR_BEFORE, Mode.CRASH_BEFORE)
AFTER_ITS_EFFECT = (Mode.ERROR_AFTER, Mode.CRASH_AFTER)
CAN_CONFLICT = {*WRITES_OF_ONE_ITEM, TRANSACTION}


def parse(text: str) -> Counter[tuple[str, str]]:
    """Return how many times each function makes each operation."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in text.strip().splitlines():
        function, *operations = line.split()
        for each in operations:
            operation, _, times = each.partition("×")
            counts[function, operation] += int(times or 1)
    return counts


def faults_in(scenario: str) -> Iterator[Fault]:
    """Yield every fault of a scenario, in every mode that makes a difference."""
    for (function, operation), times in parse(CALLS[scenario]).items():
        modes = BEFORE_ITS_EFFECT if operation in WITHOUT_EFFECT else BEFORE_ITS_EFFECT + AFTER_ITS_EFFECT
        for ordinal in range(1, times + 1):
            call = Call(function, operation, ordinal)
            yield from (Fault(call, mode) for mode in modes)
            if operation in CAN_CONFLICT:
                yield Fault(call, Mode.CONFLICT)
        yield Fault(Call(function, operation, 1), Mode.OUTAGE)


def faults_of_each_kind() -> Iterator[tuple[str, Fault]]:
    """Yield one fault for each write of each function, and one for its reads, with the first scenario that has it.

    Its mode is the one that the function, and then the whole suite, has met least often so far. Of several calls, it
    breaks the last one, when most is at stake.
    """
    kinds: dict[tuple[str, str], tuple[str, list[Fault]]] = {}
    for scenario in CALLS:
        of_scenario: dict[tuple[str, str], list[Fault]] = defaultdict(list)
        for fault in faults_in(scenario):
            operation = fault.call.operation
            of_scenario[fault.call.function, "reads" if operation in WITHOUT_EFFECT else operation].append(fault)
        for kind, faults in of_scenario.items():
            kinds.setdefault(kind, (scenario, faults))
    met: Counter[tuple[str, Mode]] = Counter()
    met_by_all: Counter[Mode] = Counter()
    for (function, _), (scenario, faults) in kinds.items():
        fault = min(faults, key=lambda each: (met[function, each.mode], met_by_all[each.mode], -each.call.ordinal))
        met[function, fault.mode] += 1
        met_by_all[fault.mode] += 1
        yield scenario, fault
