"""Lambda functions: the one list that every host registers or deploys.

Memory and timeouts follow from measurements (``benchmarks.function_memory``, ``benchmarks.assembly_memory``). Lambda
allocates CPU in proportion to memory: one core for 1,769 MB. Some functions have more memory than they need, because
they need the CPU.
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


# Memory: 63 MB, even for the largest submission, and 20 MB more for a long text in Thai. CPU: 0.6 of a core, because
# a user waits for the answer. Timeout: API Gateway gives up after 30 s.
API = FunctionSpec(name="api", handler="castline.api.app.handler", timeout_seconds=29, memory_mb=1024)

# Every function with 512 MB needs 48 to 55 MB, even for the largest job. With 0.3 of a core, its cold start takes
# less than a second.
PLAN = FunctionSpec(name="plan", handler="castline.workflow.plan.handler", timeout_seconds=60, memory_mb=512)

# It makes five calls to DynamoDB and SQS.
QUEUE_BATCH = FunctionSpec(
    name="queue-batch", handler="castline.workflow.queue_batch.handler", timeout_seconds=60, memory_mb=512
)

# Memory: 1,350 MB was measured when eight utterances of 4.4 minutes were shaped and mastered at once, 155 MB each.
# The synthesizer now shapes two at once, so it needs less. CPU: more than one core, so that a batch is normalized and
# encoded sooner. Timeout: a batch has at most two rounds of eight utterances, and each round waits for the provider
# for up to 132 s.
SYNTHESIZE = FunctionSpec(
    name="synthesize",
    handler="castline.workflow.synthesize.handler",
    timeout_seconds=300,
    memory_mb=2048,
    needs_speech=True,
)

# Memory: 123 MB for 21 minutes in studio quality with music. Longer audio needs no more, except 13 MB an hour for the
# index of an M4B.
# CPU: mixing and encoding an hour of such audio takes about a minute of a core. The longest audio of 100,000
# characters has 7.4 hours and takes 7.4 minutes. An MP3 whose frames are copied takes seconds. A whole core costs as
# much as half a core, because the task takes half as long.
# Timeout: a job's ten minutes, less the time to record a failure.
# Disk: FLAC, Opus and M4B are written to disk before they are uploaded. FLAC of noise in studio quality takes 192 kB
# a second: 5.8 GB for 7.4 hours and an hour of sounds. The job's clips take up to 3.5 GB, at most 20 of 173 MB. The
# largest disk costs a hundredth of what the core costs.
ASSEMBLE = FunctionSpec(
    name="assemble",
    handler="castline.workflow.assemble.handler",
    timeout_seconds=530,
    memory_mb=1769,
    storage_mb=10_240,
    needs_speech=True,
)

# A user waits for it to start and to synthesize, so it has more than one core. API Gateway gives up after 30 s.
PREVIEW = FunctionSpec(
    name="preview", handler="castline.api.speaking_app.handler", timeout_seconds=29, memory_mb=2048, needs_speech=True
)

PREVIEW_TIMEOUTS = {"SPEECH_FIRST_CHUNK_TIMEOUT_MS": "6000", "SPEECH_ALL_CHUNKS_TIMEOUT_MS": "12000"}
"""The timeouts of a preview's request to the provider. Before it, a preview waits for its turn for at most 12 s."""

RECORD_FAILURE = FunctionSpec(
    name="record-failure", handler="castline.workflow.record_failure.handler", timeout_seconds=60, memory_mb=512
)
EXECUTION_ENDED = FunctionSpec(
    name="execution-ended", handler="castline.events.execution_ended.handler", timeout_seconds=60, memory_mb=512
)
EXPIRE = FunctionSpec(name="expire", handler="castline.events.expire.handler", timeout_seconds=60, memory_mb=512)

# A separate process reads the file, with limits of 1 GB and 150 s. Fifteen minutes of stereo take 62 MB and 11 s of a
# core. The file and its standard and studio forms take up to 280 MB of the 512 MB on disk.
SOUND_UPLOADED = FunctionSpec(
    name="sound-uploaded",
    handler="castline.events.sound_uploaded.handler",
    timeout_seconds=240,
    memory_mb=1769,
    needs_speech=True,
)

# A batch of a hundred events takes about 2 s. An operator who publishes events again waits until all are published.
PUBLISH_EVENTS = FunctionSpec(
    name="publish-events", handler="castline.events.job_changed.handler", timeout_seconds=300, memory_mb=512
)

# A user has at most eleven webhooks. Each needs one write to the table and one message.
DISPATCH_WEBHOOKS = FunctionSpec(
    name="dispatch-webhooks", handler="castline.events.job_event.handler", timeout_seconds=60, memory_mb=512
)

# An attempt takes up to 16 s. The calls to DynamoDB and SQS before and after it take a few seconds more if they have
# to be retried.
DELIVER_WEBHOOKS = FunctionSpec(
    name="deliver-webhooks", handler="castline.events.delivery_due.handler", timeout_seconds=45, memory_mb=512
)

# It stops 10 s before its timeout. The next run, a minute later, continues.
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
