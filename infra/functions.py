"""Which Lambda functions there are: the one list that every host registers or deploys."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """One function. ``handler`` is a dotted path below ``functions/``."""

    name: str
    handler: str
    timeout_seconds: int
    memory_mb: int
    needs_speech: bool = False
    """Whether it imports what the speech layer holds."""


API = FunctionSpec(name="api", handler="castline.api.app.handler", timeout_seconds=29, memory_mb=1024)
PLAN = FunctionSpec(name="plan", handler="castline.workflow.plan.handler", timeout_seconds=60, memory_mb=512)
SYNTHESIZE = FunctionSpec(
    name="synthesize",
    handler="castline.workflow.synthesize.handler",
    timeout_seconds=300,
    memory_mb=1024,
    needs_speech=True,
)
ASSEMBLE = FunctionSpec(
    name="assemble",
    handler="castline.workflow.assemble.handler",
    timeout_seconds=300,
    memory_mb=1024,
    needs_speech=True,
)
RECORD_FAILURE = FunctionSpec(
    name="record-failure", handler="castline.workflow.record_failure.handler", timeout_seconds=60, memory_mb=512
)
EXECUTION_ENDED = FunctionSpec(
    name="execution-ended", handler="castline.events.execution_ended.handler", timeout_seconds=60, memory_mb=512
)
EXPIRE = FunctionSpec(name="expire", handler="castline.events.expire.handler", timeout_seconds=60, memory_mb=512)

RECONCILE = FunctionSpec(
    name="reconcile", handler="castline.events.reconcile.handler", timeout_seconds=300, memory_mb=512
)

ALL = (API, PLAN, SYNTHESIZE, ASSEMBLE, RECORD_FAILURE, EXECUTION_ENDED, EXPIRE, RECONCILE)

WORKFLOW_SUBSTITUTIONS = {
    "PlanFunctionArn": PLAN,
    "SynthesizeFunctionArn": SYNTHESIZE,
    "AssembleFunctionArn": ASSEMBLE,
    "RecordFailureFunctionArn": RECORD_FAILURE,
}
"""What stands for each ``${…}`` in ``workflow.asl.json``: the ARN of that function."""
