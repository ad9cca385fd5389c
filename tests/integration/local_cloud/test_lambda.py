import json
import threading
from decimal import Decimal
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from local.cloud.lambda_errors import FunctionError, FunctionNotFound, TooManyRequests
from tests.integration.local_cloud import clients
from tests.integration.local_cloud.eventually import eventually
from tests.integration.local_cloud.state_machines import create, finish, invoke, run, start


class VoiceUnknown(Exception):
    pass


@pytest.fixture
def client(cloud: LocalCloud) -> Any:
    return clients.impatient_client("lambda")


class TestInvoke:
    @pytest.mark.parametrize("reference", ["echo", "arn:aws:lambda:us-east-1:123456789012:function:echo"])
    def test_through_boto3_by_name_or_arn(self, cloud: LocalCloud, client: Any, reference: str) -> None:
        cloud.lambdas.register("echo", lambda event, _context: event, timeout_seconds=90)
        response = client.invoke(FunctionName=reference, Payload=json.dumps({"文字": "你好"}))
        assert (response["StatusCode"], json.load(response["Payload"])) == (200, {"文字": "你好"})
        assert "FunctionError" not in response

    def test_directly(self, cloud: LocalCloud) -> None:
        cloud.lambdas.register("echo", lambda event, _context: event, timeout_seconds=90)
        assert cloud.lambdas.invoke("echo", {"pair": (1, 2)}) == {"pair": [1, 2]}

    def test_as_an_event_it_does_not_wait(self, cloud: LocalCloud, client: Any) -> None:
        # Given a function that is held up
        cloud.lambdas.register("echo", lambda event, _context: event, timeout_seconds=90)
        with cloud.lambdas.pause("echo"):
            # When it is invoked as an event
            response = client.invoke(FunctionName="echo", InvocationType="Event", Payload=b'{"a": 1}')

            # Then the caller goes on
            assert response["StatusCode"] == 202
            assert not cloud.lambdas.invocations

        # And the function runs all the same
        eventually(lambda: [one.event for one in cloud.lambdas.invocations] == [{"a": 1}])

    def test_a_function_that_is_not_there(self, cloud: LocalCloud, client: Any) -> None:
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.invoke(FunctionName="gone")
        with pytest.raises(FunctionNotFound):
            cloud.lambdas.invoke("gone", {})

    def test_the_function_is_created_in_lambda(self, cloud: LocalCloud, client: Any) -> None:
        arn = cloud.lambdas.register(
            "echo", lambda event, _context: event, timeout_seconds=7, memory_mb=512, reserved_concurrency=2
        )
        configuration = client.get_function_configuration(FunctionName="echo")
        assert configuration["FunctionArn"] == arn
        assert (configuration["Timeout"], configuration["MemorySize"]) == (7, 512)
        concurrency = client.get_function_concurrency(FunctionName="echo")
        assert concurrency["ReservedConcurrentExecutions"] == 2


class TestContext:
    def test_it_satisfies_powertools(self, cloud: LocalCloud, capsys: pytest.CaptureFixture[str]) -> None:
        # Given a handler that Powertools decorates
        logger = Logger(service="canary")

        @logger.inject_lambda_context
        def handler(event: Any, context: Any) -> dict[str, Any]:
            logger.info("here")
            return {
                "remaining_ms": context.get_remaining_time_in_millis(),
                "log_group": context.log_group_name,
                "version": context.function_version,
            }

        arn = cloud.lambdas.register("handler", handler, timeout_seconds=900, memory_mb=256)

        # When it runs
        result = cloud.lambdas.invoke("handler", {})

        # Then it knows its function and its time
        assert 800_000 < result["remaining_ms"] <= 900_000
        assert (result["log_group"], result["version"]) == ("/aws/lambda/handler", "$LATEST")
        line = json.loads(capsys.readouterr().out)
        assert (line["function_name"], line["function_arn"]) == ("handler", arn)
        assert line["function_memory_size"] == "256"


class TestErrors:
    def test_an_exception_is_described(self, cloud: LocalCloud, client: Any) -> None:
        # Given a handler that raises
        def handler(_event: Any, _context: Any) -> None:
            raise VoiceUnknown("zh-XX")

        cloud.lambdas.register("handler", handler, timeout_seconds=90)

        # When it is invoked
        response = client.invoke(FunctionName="handler")

        # Then the payload describes the exception
        payload = json.load(response["Payload"])
        assert response["FunctionError"] == "Unhandled"
        assert (payload["errorType"], payload["errorMessage"]) == ("VoiceUnknown", "zh-XX")
        assert "raise VoiceUnknown" in payload["stackTrace"][-1]

        # And a direct caller gets it as an exception
        with pytest.raises(FunctionError) as error:
            cloud.lambdas.invoke("handler", {})
        assert (error.value.error_type, error.value.error_message) == ("VoiceUnknown", "zh-XX")

    @pytest.mark.parametrize(
        ("result", "error_type"),
        [
            (object(), "Runtime.MarshalError"),
            (Decimal(1), "Runtime.MarshalError"),
            ("x" * 6_300_000, "Function.ResponseSizeTooLarge"),
        ],
        ids=["object", "decimal", "large"],
    )
    def test_a_result_that_cannot_be_delivered(self, cloud: LocalCloud, result: Any, error_type: str) -> None:
        cloud.lambdas.register("handler", lambda _event, _context: result, timeout_seconds=90)
        with pytest.raises(FunctionError) as error:
            cloud.lambdas.invoke("handler", {})
        assert error.value.error_type == error_type

    @pytest.mark.parametrize("clock", [Clock(timeout_scale=0.01)])
    @pytest.mark.usefixtures("clock")
    def test_a_function_that_takes_too_long_goes_on(self, cloud: LocalCloud) -> None:
        # Given a function with a time-out of 30 s at a hundredth
        effects: list[Any] = []
        arn = cloud.lambdas.register("slow", lambda event, _context: effects.append(event), timeout_seconds=30)
        with cloud.lambdas.pause("slow"):
            # When it takes longer
            execution = run(invoke(arn), {"a": 1})

            # Then the caller is told
            assert execution["error"] == "Sandbox.Timedout"
            assert "Task timed out after 30.00 seconds" in execution["cause"]
            assert effects == []

        # And the handler goes on to its end all the same
        eventually(lambda: effects == [{"a": 1}])


class TestReservedConcurrency:
    def test_an_invocation_too_many_is_refused(self, cloud: LocalCloud, client: Any) -> None:
        # Given a function of which one invocation may run, and does
        cloud.lambdas.register("one", lambda event, _context: event, timeout_seconds=90, reserved_concurrency=1)
        with cloud.lambdas.pause("one") as pause:
            client.invoke(FunctionName="one", InvocationType="Event")
            pause.wait_until_reached()

            # When it is invoked again
            # Then that is refused
            with pytest.raises(TooManyRequests):
                cloud.lambdas.invoke("one", {})

        # And there is room again when the first has ended
        eventually(lambda: len(cloud.lambdas.invocations) == 2)
        assert cloud.lambdas.invoke("one", {"a": 1}) == {"a": 1}

    def test_boto3_is_told_in_lambdas_terms(self, cloud: LocalCloud, client: Any) -> None:
        cloud.lambdas.register("none", lambda _event, _context: None, timeout_seconds=90, reserved_concurrency=0)
        with pytest.raises(ClientError) as error:
            client.invoke(FunctionName="none")
        assert error.value.response["Error"]["Code"] == "TooManyRequestsException"
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429

    def test_a_state_machine_retries_until_there_is_room(self, cloud: LocalCloud) -> None:
        # Given a function of which two invocations may run at once
        running: list[int] = []
        most: list[int] = []
        lock = threading.Lock()

        def handler(event: Any, _context: Any) -> Any:
            with lock:
                running.append(1)
                most.append(len(running))
            # Each holds its place until another one runs as well, and there was one too many.
            eventually(lambda: max(most) >= 2 and "throttled" in {one.outcome for one in cloud.lambdas.invocations})
            with lock:
                running.pop()
            return event

        arn = cloud.lambdas.register("two", handler, timeout_seconds=90, reserved_concurrency=2)
        retry = {
            "ErrorEquals": ["Lambda.TooManyRequestsException"],
            "IntervalSeconds": 2,
            "MaxAttempts": 100,
            "BackoffRate": 1.5,
            "MaxDelaySeconds": 20,
            "JitterStrategy": "FULL",
        }
        machine = create(invoke(arn, Retry=[retry]))

        # When five executions want it at once
        executions = [start(machine, {"number": number}) for number in range(5)]

        # Then all get it, two at a time
        assert [finish(execution)["output"]["number"] for execution in executions] == list(range(5))
        assert max(most) == 2
        assert "throttled" in {one.outcome for one in cloud.lambdas.invocations}
