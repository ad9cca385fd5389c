"""Lambda functions: the one list that every host registers or deploys.

Memory and timeouts follow from measurements (``benchmarks.function_memory``, ``benchmarks.assembly_memory``). Lambda
gives CPU in proportion to memory, one core for 1,769 MB. Some functions need less memory than they have, but the CPU.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """A Lambda function. ``handler`` is a dotted path below ``functions/``."""

    name: str
    handler: str
    timeout_seconds: int
    memory_mb: int
    storage_mb: int = 512
    """Size of ``/tmp``."""
    needs_speech: bool = False
    """Whether the function imports packages of the speech layer."""


# Needs 63 MB, for the largest submission too, and 20 MB more for a long text in Thai; 0.6 of a core, because somebody
# waits. API Gateway gives up after 30 s.
API = FunctionSpec(name="api", handler="castline.api.app.handler", timeout_seconds=29, memory_mb=1024)

# All of 512 MB need 48 to 55 MB, for the largest job too; with 0.3 of a core a cold start stays below a second.
PLAN = FunctionSpec(name="plan", handler="castline.workflow.plan.handler", timeout_seconds=60, memory_mb=512)

# Five calls to DynamoDB and SQS.
QUEUE_BATCH = FunctionSpec(
    name="queue-batch", handler="castline.workflow.queue_batch.handler", timeout_seconds=60, memory_mb=512
)

# 1,350 MB for eight utterances of 4.4 minutes at once, 155 MB each, where their frames are mastered. Eight of 10
# minutes, the most that Azure gives, would take more than there is. It is more than a core, with which a batch is
# normalized and encoded in less time. A batch is at most two rounds of them, each of up to 132 s before the provider
# is given up.
SYNTHESIZE = FunctionSpec(
    name="synthesize",
    handler="castline.workflow.synthesize.handler",
    timeout_seconds=300,
    memory_mb=2048,
    needs_speech=True,
)

# 123 MB for 21 minutes in studio quality with music, and no more for longer audio but for the index of an M4B, 13 MB
# an hour. Mixing and encoding is all CPU: about a minute of a core for an hour of that, 7.4 minutes for the 7.4 hours
# that 100,000 characters may last; an MP3 whose frames are copied takes seconds. A whole core costs what half of one
# does, and the user waits half as long. The task has what a job's ten minutes leave beside the record of a failure.
# FLAC, Opus and M4B are written to the disk before they are uploaded: 192 kB a second for FLAC of noise in studio
# quality, 5.8 GB for 7.4 hours and an hour of sounds. Beside it lie the job's clips, at most 20 of 173 MB, 3.5 GB.
# All the disk that there is costs a hundredth of what the core costs.
ASSEMBLE = FunctionSpec(
    name="assemble",
    handler="castline.workflow.assemble.handler",
    timeout_seconds=530,
    memory_mb=1769,
    storage_mb=10_240,
    needs_speech=True,
)

# Somebody waits for it to start and to speak: more than a core, and as much time as API Gateway gives.
PREVIEW = FunctionSpec(
    name="preview", handler="castline.api.speaking_app.handler", timeout_seconds=29, memory_mb=2048, needs_speech=True
)

PREVIEW_TIMEOUTS = {"SPEECH_FIRST_CHUNK_TIMEOUT_MS": "6000", "SPEECH_ALL_CHUNKS_TIMEOUT_MS": "12000"}
"""The time for one request of a preview. Before it, a preview waits for the provider for at most 12 s."""

RECORD_FAILURE = FunctionSpec(
    name="record-failure", handler="castline.workflow.record_failure.handler", timeout_seconds=60, memory_mb=512
)
EXECUTION_ENDED = FunctionSpec(
    name="execution-ended", handler="castline.events.execution_ended.handler", timeout_seconds=60, memory_mb=512
)
EXPIRE = FunctionSpec(name="expire", handler="castline.events.expire.handler", timeout_seconds=60, memory_mb=512)

# A process of its own reads the file, in up to 1 GB and 150 s; fifteen minutes of stereo take 62 MB and 11 s of
# a core. The file and its forms take up to 280 MB of the 512 MB on disk.
SOUND_UPLOADED = FunctionSpec(
    name="sound-uploaded",
    handler="castline.events.sound_uploaded.handler",
    timeout_seconds=240,
    memory_mb=1769,
    needs_speech=True,
)

# A batch of a hundred events takes about 2 s. An operator who has events published again is answered after all of it.
PUBLISH_EVENTS = FunctionSpec(
    name="publish-events", handler="castline.events.job_changed.handler", timeout_seconds=300, memory_mb=512
)

# A user has eleven webhooks at most; each takes a write to the table and a message.
DISPATCH_WEBHOOKS = FunctionSpec(
    name="dispatch-webhooks", handler="castline.events.job_event.handler", timeout_seconds=60, memory_mb=512
)

# An attempt takes up to 16 s, DynamoDB and SQS before and after it a few more if they have to be asked again.
DELIVER_WEBHOOKS = FunctionSpec(
    name="deliver-webhooks", handler="castline.events.delivery_due.handler", timeout_seconds=45, memory_mb=512
)

# It stops by itself 10 s before its time is up, and goes on a minute later.
RECONCILE = FunctionSpec(
    name="reconcile", handler="castline.events.reconcile.handler", timeout_seconds=300, memory_mb=512
)

ALL = (
    API,
    PREVIEW,
    PLAN,
    QUEUE_BATCH,
    SYNTHESIZE,
    ASSEMBLE,
    RECORD_FAILURE,
    EXECUTION_ENDED,
    EXPIRE,
    SOUND_UPLOADED,
    PUBLISH_EVENTS,
    DISPATCH_WEBHOOKS,
    DELIVER_WEBHOOKS,
    RECONCILE,
)

WORKFLOW_SUBSTITUTIONS = {
    "PlanFunctionArn": PLAN,
    "QueueBatchFunctionArn": QUEUE_BATCH,
    "AssembleFunctionArn": ASSEMBLE,
    "RecordFailureFunctionArn": RECORD_FAILURE,
}
"""The function whose ARN replaces each ``${…}`` in ``workflow.asl.json``."""
