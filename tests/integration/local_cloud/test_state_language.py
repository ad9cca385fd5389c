"""Features of moto's state language that Castline's state machine relies on, and the scaling of time."""

import json
import time
from typing import Any

import pytest

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud.eventually import eventually
from tests.integration.local_cloud.state_machines import create, describe, finish, inline_map, invoke, run, start


class ProviderThrottled(Exception):
    pass


@pytest.fixture
def echo(cloud: LocalCloud) -> str:
    return cloud.lambdas.register("echo", lambda event, _context: event, timeout_seconds=900)


RETRY = {"ErrorEquals": ["ProviderThrottled"], "IntervalSeconds": 5, "BackoffRate": 2, "MaxAttempts": 3}


class TestRetry:
    def test_it_waits_5_10_and_20_seconds_and_counts(self, cloud: LocalCloud, echo: str) -> None:
        # Given a function that fails three times
        cloud.lambdas.fail_next("echo", ProviderThrottled("busy"), times=3)
        counted = invoke(echo, Parameters={"FunctionName": echo, "Payload": {"retry.$": "$$.State.RetryCount"}})

        # When a state retries it
        started = time.monotonic()
        execution = run(counted | {"Retry": [RETRY]})

        # Then the fourth try succeeds and knows which it is
        assert execution["output"] == {"retry": 3}

        # And the waits were as declared, but scaled
        assert cloud.clock.retry_delays_seconds(execution["executionArn"]) == [5, 10, 20]
        assert 0.35 < time.monotonic() - started < 30

    def test_jitter_stays_within_the_delay(self, cloud: LocalCloud, echo: str) -> None:
        cloud.lambdas.fail_next("echo", ProviderThrottled("busy"), times=3)
        execution = run(invoke(echo, Retry=[RETRY | {"JitterStrategy": "FULL"}]))
        delays = cloud.clock.retry_delays_seconds(execution["executionArn"])
        assert all(0 <= delay <= limit for delay, limit in zip(delays, [5, 10, 20], strict=True))

    def test_an_error_that_is_not_named_is_not_retried(self, cloud: LocalCloud, echo: str) -> None:
        cloud.lambdas.fail_next("echo", KeyError("voice"))
        execution = run(invoke(echo, Retry=[RETRY]))
        assert (execution["status"], execution["error"]) == ("FAILED", "KeyError")
        assert json.loads(execution["cause"])["errorMessage"] == "'voice'"

    @pytest.mark.usefixtures("cloud")
    def test_a_wait_state_is_scaled(self) -> None:
        started = time.monotonic()
        assert run({"Type": "Wait", "Seconds": 100, "End": True})["status"] == "SUCCEEDED"
        assert 1 <= time.monotonic() - started < 60


class TestTask:
    def test_input_and_output_are_shaped_as_declared(self, echo: str) -> None:
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {
                "FunctionName": echo,
                "Payload": {"job_id.$": "$.job_id", "name.$": "$$.Execution.Name"},
            },
            "ResultSelector": {"planned.$": "$.Payload"},
            "ResultPath": "$.plan",
            "End": True,
        }
        execution = finish(start(create(task), {"job_id": "j"}, name="n"))
        assert execution["output"] == {"job_id": "j", "plan": {"planned": {"job_id": "j", "name": "n"}}}

    def test_a_result_can_be_discarded(self, echo: str) -> None:
        task = invoke(echo, ResultPath=None)
        del task["OutputPath"]
        assert run(task, {"job_id": "j"})["output"] == {"job_id": "j"}

    def test_a_function_is_its_own_resource(self, echo: str) -> None:
        assert run({"Type": "Task", "Resource": echo, "End": True}, {"a": 1})["output"] == {"a": 1}

    def test_a_caught_error_travels_on(self, cloud: LocalCloud, echo: str) -> None:
        cloud.lambdas.fail_next("echo", ProviderThrottled("busy"))
        catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Then"}]
        execution = run(invoke(echo, Catch=catch), {"job_id": "j"}, then=invoke(echo))
        failure = execution["output"].pop("failure")
        assert execution["output"] == {"job_id": "j"}
        assert failure["Error"] == "ProviderThrottled"
        assert json.loads(failure["Cause"])["errorType"] == "ProviderThrottled"

    def test_a_missing_function_is_an_error_of_lambda(self, echo: str) -> None:
        assert run(invoke(echo + "-gone"))["error"] == "Lambda.ResourceNotFoundException"


class TestMap:
    def test_each_item_is_shaped_and_results_keep_their_order(self, echo: str) -> None:
        selector = {
            "job_id.$": "$.job_id",
            "batch.$": "$$.Map.Item.Value",
            "index.$": "$$.Map.Item.Index",
        }
        batches = inline_map(invoke(echo), ItemsPath="$.batches", ItemSelector=selector, MaxConcurrency=2)
        execution = run(batches, {"job_id": "j", "batches": [[0, 9], [10, 19], [20, 25]]})
        assert execution["output"] == [
            {"job_id": "j", "batch": [0, 9], "index": 0},
            {"job_id": "j", "batch": [10, 19], "index": 1},
            {"job_id": "j", "batch": [20, 25], "index": 2},
        ]

    def test_the_results_can_be_discarded(self, echo: str) -> None:
        execution = run(inline_map(invoke(echo), ItemsPath="$.items", ResultPath=None), {"items": [1, 2]})
        assert execution["output"] == {"items": [1, 2]}

    def test_one_failing_item_fails_the_map_with_its_own_error(self, cloud: LocalCloud, echo: str) -> None:
        # Given one item that fails, one in a task and one that waits a long time before a retry
        def synthesize(event: dict[str, Any], _context: Any) -> None:
            match event["item"]:
                case "bad voice":
                    pause.wait_until_reached()
                    eventually(lambda: cloud.clock.retry_delays_seconds(execution))
                    raise ValueError("no such voice")
                case "busy":
                    raise ProviderThrottled("busy")

        function = cloud.lambdas.register("synthesize", synthesize, timeout_seconds=900)
        held_up = cloud.lambdas.register("held-up", lambda _event, _context: None, timeout_seconds=900)
        retry = [{"ErrorEquals": ["ProviderThrottled"], "IntervalSeconds": 10_000}]
        items = inline_map(
            invoke("", Retry=retry, Parameters={"FunctionName.$": "$.function", "Payload.$": "$"}),
            Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Then"}],
            ItemsPath="$.items",
        )
        machine = create(items, then=invoke(echo))
        with cloud.lambdas.pause("held-up") as pause:
            # When they run together
            execution = start(
                machine,
                {
                    "items": [
                        {"function": function, "item": "busy"},
                        {"function": function, "item": "bad voice"},
                        {"function": held_up, "item": "slow"},
                    ]
                },
            )

            # Then the Map fails at once, without waiting for the others, and its Catch sees the item's error
            failure = finish(execution)["output"]["failure"]
        assert failure["Error"] == "ValueError"
        assert json.loads(failure["Cause"])["errorMessage"] == "no such voice"

        # And the item before its retry is not tried again
        tries = [one.event["item"] for one in cloud.lambdas.invocations if one.name == "synthesize"]
        assert sorted(tries) == ["bad voice", "busy"]


class TestTimeout:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock(timeout_scale=0.1)

    def test_a_task_that_takes_too_long_is_caught(self, cloud: LocalCloud, echo: str) -> None:
        # Given a task with a time-out of 3 s at a tenth, and a function that hangs
        hanging = cloud.lambdas.register("hanging", lambda _event, _context: None, timeout_seconds=900)
        catch = [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.failure", "Next": "Then"}]
        with cloud.lambdas.pause("hanging"):
            execution = run(invoke(hanging, TimeoutSeconds=3, Catch=catch), {}, then=invoke(echo))

        # Then the state's Catch sees a time-out
        assert execution["output"]["failure"]["Error"] == "States.Timeout"

    def test_a_task_inside_a_map_that_takes_too_long_is_caught(self, cloud: LocalCloud, echo: str) -> None:
        # Given a Map over a function that hangs
        hanging = cloud.lambdas.register("hanging", lambda _event, _context: None, timeout_seconds=900)
        items = inline_map(
            invoke(hanging, TimeoutSeconds=3),
            Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Then"}],
            ItemsPath="$.items",
        )
        with cloud.lambdas.pause("hanging"):
            execution = run(items, {"items": [1]}, then=invoke(echo))

        # Then the Map's Catch sees the time-out, not an error of the interpreter's
        assert execution["output"]["failure"]["Error"] == "States.Timeout"

    def test_an_execution_that_takes_too_long_is_timed_out(self, cloud: LocalCloud) -> None:
        # Given a state machine with a time-out of 20 s at a tenth
        events: list[dict[str, Any]] = []
        cloud.on_execution_status_change(events.append)
        hanging = cloud.lambdas.register("hanging", lambda _event, _context: None, timeout_seconds=900)
        with cloud.lambdas.pause("hanging"):
            # When a task hangs
            execution = run(invoke(hanging), TimeoutSeconds=20)

            # Then it has timed out, at a known time, and an event says so
            assert execution["status"] == "TIMED_OUT"
            assert execution["stopDate"] > execution["startDate"]
            eventually(lambda: [e["detail"]["status"] for e in events] == ["RUNNING", "TIMED_OUT"])
            assert events[-1]["detail"]["stopDate"] is not None

        # And still has when the task has ended
        eventually(lambda: cloud.lambdas.invocations)
        assert describe(execution["executionArn"])["status"] == "TIMED_OUT"

    def test_an_execution_that_waits_for_a_retry_is_timed_out(self, cloud: LocalCloud) -> None:
        # Given a retry that waits longer than the execution may take
        arn = cloud.lambdas.register("broken", lambda _event, _context: 1 / 0, timeout_seconds=900)
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3600}]

        # When the time is up
        execution = run(invoke(arn, Retry=retry), TimeoutSeconds=6)

        # Then it has timed out, not failed
        assert execution["status"] == "TIMED_OUT"
