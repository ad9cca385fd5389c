import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud import clients
from tests.integration.local_cloud.eventually import eventually
from tests.integration.local_cloud.state_machines import (
    create,
    describe,
    finish,
    inline_map,
    invoke,
    run,
    start,
)

WAIT = {"Type": "Wait", "Seconds": 1000, "End": True}


@pytest.fixture
def client(cloud: LocalCloud) -> Any:
    return clients.client("stepfunctions")


@pytest.fixture
def events(cloud: LocalCloud) -> list[dict[str, Any]]:
    """Return the status changes of all executions, as they arrive."""
    events: list[dict[str, Any]] = []
    cloud.on_execution_status_change(events.append)
    return events


def statuses(events: list[dict[str, Any]]) -> list[str]:
    return [event["detail"]["status"] for event in events]


@pytest.fixture
def interpreter_has_ended() -> Callable[[], bool]:
    """Return what tells whether the interpreters of the test's own executions have ended."""
    others = set(threading.enumerate())
    return lambda: (
        not [thread for thread in threading.enumerate() if thread not in others and "_execution_logic" in thread.name]
    )


class TestStop:
    def test_an_execution_is_aborted_at_once_while_its_task_goes_on(
        self, cloud: LocalCloud, client: Any, interpreter_has_ended: Callable[[], bool]
    ) -> None:
        # Given an execution in a task
        results: list[Any] = []
        arn = cloud.lambdas.register("task", lambda event, _context: results.append(event), timeout_seconds=900)
        first = invoke(arn, Next="Then")
        del first["End"]
        machine = create(first, then=invoke(arn))
        with cloud.lambdas.pause("task") as pause:
            execution = start(machine, {"a": 1})
            pause.wait_until_reached()

            # When it is stopped
            stopping = time.monotonic()
            client.stop_execution(executionArn=execution, error="Cancelled", cause="by the user")

            # Then it is aborted before the task has ended
            assert time.monotonic() - stopping < 60
            aborted = describe(execution)
            assert aborted["status"] == "ABORTED"
            assert (aborted["error"], aborted["cause"]) == ("Cancelled", "by the user")
            assert aborted["stopDate"] >= aborted["startDate"]

        # And the task runs to its end, but no state follows
        eventually(lambda: results)
        eventually(interpreter_has_ended)
        assert results == [{"a": 1}]
        assert describe(execution) == aborted

    @pytest.mark.parametrize("state", [WAIT, inline_map(WAIT)], ids=["Wait", "Map"])
    def test_a_stopped_execution_stays_aborted(
        self,
        client: Any,
        events: list[dict[str, Any]],
        state: dict[str, Any],
        interpreter_has_ended: Callable[[], bool],
    ) -> None:
        # Given an execution that was stopped
        execution = start(create(state), [1, 2])
        client.stop_execution(executionArn=execution)
        stop_date = describe(execution)["stopDate"]

        # When its interpreter has ended, and it is stopped once more
        eventually(interpreter_has_ended)
        again = client.stop_execution(executionArn=execution)

        # Then it is as it was
        assert describe(execution)["status"] == "ABORTED"
        assert describe(execution)["stopDate"] == again["stopDate"] == stop_date
        eventually(lambda: statuses(events) == ["RUNNING", "ABORTED"])

    def test_a_wait_before_a_retry_ends_with_the_execution(
        self, cloud: LocalCloud, client: Any, interpreter_has_ended: Callable[[], bool]
    ) -> None:
        # Given an execution that waits a long time before a retry
        arn = cloud.lambdas.register("broken", lambda _event, _context: 1 / 0, timeout_seconds=90)
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10_000}]
        execution = start(create(invoke(arn, Retry=retry)))
        eventually(lambda: cloud.clock.retry_delays_seconds(execution))

        # When it is stopped
        client.stop_execution(executionArn=execution)

        # Then its thread ends, and the task is not tried again
        eventually(interpreter_has_ended)
        assert len(cloud.lambdas.invocations) == 1


class TestStart:
    def test_the_same_name_and_input_is_the_same_execution(self, client: Any) -> None:
        machine = create(WAIT)
        # Given a running execution with a name
        first = start(machine, {"a": 1}, name="job")

        # When it is started again with the same input
        # Then the same execution is returned
        assert start(machine, {"a": 1}, name="job") == first

        # And another input is refused
        with pytest.raises(client.exceptions.ExecutionAlreadyExists):
            start(machine, {"a": 2}, name="job")

    def test_the_name_of_an_ended_execution_is_taken(self, client: Any) -> None:
        machine = create({"Type": "Succeed"})
        finish(start(machine, {"a": 1}, name="job"))
        with pytest.raises(client.exceptions.ExecutionAlreadyExists):
            start(machine, {"a": 1}, name="job")

    @pytest.mark.usefixtures("eager_thread_switches")
    def test_many_starts_at_once_make_one_execution(self, client: Any) -> None:
        # Given threads that start the same execution at once
        machine = create(WAIT)
        barrier = threading.Barrier(20)
        arns: list[str] = []

        def start_job() -> None:
            barrier.wait()
            arns.append(client.start_execution(stateMachineArn=machine, name="job", input="{}")["executionArn"])

        threads = [threading.Thread(target=start_job) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        # Then all get the same, and there is one
        assert len(arns) == 20
        assert len(set(arns)) == 1
        assert len(client.list_executions(stateMachineArn=machine)["executions"]) == 1

    @pytest.mark.usefixtures("cloud")
    def test_executions_without_a_name_get_one_each(self) -> None:
        machine = create({"Type": "Succeed"})
        assert start(machine) != start(machine)


class TestEvents:
    def test_success(self, events: list[dict[str, Any]]) -> None:
        # When an execution succeeds
        execution = start(create({"Type": "Pass", "Result": {"b": 2}, "End": True}), {"a": 1}, name="job")

        # Then one event says that it runs, and one that it has succeeded
        eventually(lambda: statuses(events) == ["RUNNING", "SUCCEEDED"])
        running, succeeded = events
        assert running["detail"]["stopDate"] is None
        assert succeeded["source"] == "aws.states"
        assert succeeded["detail-type"] == "Step Functions Execution Status Change"
        assert succeeded["resources"] == [execution]
        detail = succeeded["detail"]
        assert (detail["executionArn"], detail["name"]) == (execution, "job")
        assert (detail["input"], detail["output"]) == ('{"a": 1}', '{"b": 2}')
        assert detail["stopDate"] >= detail["startDate"] > 1_700_000_000_000

    def test_failure(self, events: list[dict[str, Any]]) -> None:
        run({"Type": "Fail", "Error": "Broken", "Cause": "it fell"})
        eventually(lambda: statuses(events) == ["RUNNING", "FAILED"])
        detail = events[-1]["detail"]
        assert (detail["error"], detail["cause"], detail["output"]) == ("Broken", "it fell", None)

    def test_a_subscriber_that_fails_is_called_again(self, cloud: LocalCloud) -> None:
        # Given a subscriber that fails once
        calls: list[str] = []

        def subscriber(event: dict[str, Any]) -> None:
            calls.append(event["detail"]["status"])
            if len(calls) == 1:
                raise OSError("not now")

        cloud.on_execution_status_change(subscriber)

        # When an execution runs
        run({"Type": "Succeed"})

        # Then it is told everything, in order
        eventually(lambda: calls == ["RUNNING", "RUNNING", "SUCCEEDED"])
        assert cloud.events.undelivered == []
