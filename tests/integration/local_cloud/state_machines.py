import json
import uuid
from typing import Any

from tests.integration.local_cloud import clients
from tests.integration.local_cloud.eventually import eventually

State = dict[str, Any]
Description = dict[str, Any]


def invoke(function_arn: str, **fields: Any) -> State:
    """Return a task that invokes a function with the state's input and ends with the function's result."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function_arn, "Payload.$": "$"},
        "OutputPath": "$.Payload",
        "End": True,
    } | fields


def inline_map(processor: State, **fields: Any) -> State:
    return {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "Item",
            "States": {"Item": processor},
        },
        "End": True,
    } | fields


def create(state: State, *, then: State | None = None, **fields: Any) -> str:
    """Create a state machine of the state `Only`, and `Then` where given to catch or follow; return its ARN."""
    states = {"Only": state} | ({"Then": then} if then else {})
    machine = clients.client("stepfunctions").create_state_machine(
        name=f"machine-{uuid.uuid4().hex[:8]}",
        definition=json.dumps({"StartAt": "Only", "States": states} | fields),
        roleArn="arn:aws:iam::123456789012:role/states",
    )
    return str(machine["stateMachineArn"])


def start(machine_arn: str, payload: Any = None, name: str | None = None) -> str:
    """Start an execution and return its ARN."""
    client: Any = clients.client("stepfunctions")
    named = {"name": name} if name else {}
    started = client.start_execution(stateMachineArn=machine_arn, input=json.dumps(payload or {}), **named)
    return str(started["executionArn"])


def describe(execution_arn: str) -> Description:
    description: Any = clients.client("stepfunctions").describe_execution(executionArn=execution_arn)
    return {name: value for name, value in description.items() if name != "ResponseMetadata"}


def finish(execution_arn: str) -> Description:
    """Wait for an execution to end; return its description, with `output` parsed."""
    eventually(lambda: describe(execution_arn)["status"] != "RUNNING")
    description = describe(execution_arn)
    return description | {"output": json.loads(description.get("output", "null"))}


def run(state: State, payload: Any = None, **fields: Any) -> Description:
    """Run a state machine of one state to its end."""
    return finish(start(create(state, **fields), payload))
