from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.environment import environment_variables
from tests.infra.emulated.published import archive, publish

if TYPE_CHECKING:
    from local.emulated.cloud import EmulatedCloud


def invoke(aws: EmulatedCloud, name: str, event: Any = None) -> tuple[Any, str | None]:
    """Return the function's answer, and ``FunctionError``."""
    answer = aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read()), answer.get("FunctionError")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


PROBE = """
import os, sys
import boto3, mine
def handler(event, context):
    return {
        "variables": dict(os.environ), "path": sys.path, "boto3": boto3.__file__, "mine": mine.__file__,
        "prefix": sys.prefix, "pid": os.getpid(), "event": event, "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb, "left": context.get_remaining_time_in_millis(),
        "caller": boto3.client("sts").get_caller_identity()["Account"],
    }
"""


@pytest.fixture(scope="module")
def answer(aws: EmulatedCloud) -> dict[str, Any]:
    layer = aws.client("lambda").publish_layer_version(
        LayerName="mine", Content={"ZipFile": archive({"python/mine.py": ""})}
    )
    publish(
        aws,
        "probe",
        PROBE,
        Layers=[layer["LayerVersionArn"]],
        MemorySize=512,
        Environment={"Variables": {"TABLE_NAME": "jobs"}},
    )
    with environment_variables({"OF_THE_DEVELOPER": "here"}):
        answer, error = invoke(aws, "probe", {"a": "ä"})
    assert error is None, answer
    return dict(answer)


class TestEnvironment:
    def test_a_function_has_its_own_variables_and_lambdas_only(self, answer: dict[str, Any]) -> None:
        variables = answer["variables"]
        assert variables["TABLE_NAME"] == "jobs"
        assert variables["AWS_LAMBDA_FUNCTION_NAME"] == "probe"
        assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"
        assert Path(variables["LAMBDA_TASK_ROOT"], "index.py").exists()
        assert not {"OF_THE_DEVELOPER", "VIRTUAL_ENV", "HOME"} & set(variables)

    def test_nothing_of_the_development_set_up_can_be_imported(self, answer: dict[str, Any]) -> None:
        assert answer["prefix"] != sys.prefix
        assert not [entry for entry in answer["path"] if ".venv" in entry or "site-packages/moto" in entry]
        assert ".venv" not in answer["boto3"]

    def test_layers_can_be_imported(self, answer: dict[str, Any]) -> None:
        assert answer["mine"].endswith("/python/mine.py")

    def test_event_and_context_are_what_lambda_gives(self, answer: dict[str, Any]) -> None:
        assert answer["event"] == {"a": "ä"}
        assert answer["arn"].endswith(":function:probe")
        assert answer["memory"] == "512"
        assert 20_000 < answer["left"] <= 30_000

    def test_its_boto3_reaches_the_emulated_account(self, answer: dict[str, Any]) -> None:
        assert answer["caller"] == "123456789012"

    def test_the_next_invocation_finds_it_warm(self, aws: EmulatedCloud, answer: dict[str, Any]) -> None:
        again, _ = invoke(aws, "probe")
        assert again["pid"] == answer["pid"]


class TestFailures:
    def test_an_exception_is_described(self, aws: EmulatedCloud) -> None:
        publish(
            aws,
            "raising",
            "class Throttled(Exception): pass\ndef handler(e, c): raise Throttled('x')",
        )
        answer, error = invoke(aws, "raising")
        assert (answer["errorType"], answer["errorMessage"], error) == ("Throttled", "x", "Unhandled")

    def test_a_function_over_its_time_out_is_killed(self, aws: EmulatedCloud, tmp_path: Path) -> None:
        code = """
import os, pathlib, time
def handler(event, context):
    pathlib.Path(event).write_text(str(os.getpid()))
    time.sleep(60)
"""
        publish(aws, "slow", code, Timeout=1)
        started = time.monotonic()
        answer, error = invoke(aws, "slow", str(tmp_path / "pid"))
        assert (answer["errorType"], error) == ("Sandbox.Timedout", "Unhandled")
        assert answer["errorMessage"].endswith("Task timed out after 1.00 seconds")
        assert time.monotonic() - started < 20
        assert not is_running(int((tmp_path / "pid").read_text()))

    def test_a_function_is_started_anew_after_its_time_out(self, aws: EmulatedCloud) -> None:
        code = "import time\ndef handler(e, c):\n time.sleep(e)\n return 'done'"
        publish(aws, "sometimes-slow", code, Timeout=1)
        assert invoke(aws, "sometimes-slow", 30)[1] == "Unhandled"
        assert invoke(aws, "sometimes-slow", 0) == ("done", None)

    @pytest.mark.parametrize(
        ("how", "said"), [("os._exit(3)", "exit status 3"), ("os.kill(os.getpid(), 9)", "signal: Killed")]
    )
    def test_a_process_that_dies_is_an_exit_error(self, aws: EmulatedCloud, how: str, said: str) -> None:
        name = f"dying-{len(said)}"
        publish(aws, name, f"import os\ndef handler(e, c): {how}")
        answer, error = invoke(aws, name)
        assert (answer["errorType"], error) == ("Runtime.ExitError", "Unhandled")
        assert answer["errorMessage"].endswith(f"Runtime exited with error: {said}")

    def test_a_handler_that_cannot_be_imported_is_an_init_error(self, aws: EmulatedCloud) -> None:
        publish(aws, "broken", "import moto")
        answer, error = invoke(aws, "broken")
        assert (answer["errorType"], error) == ("Runtime.ImportModuleError", "Unhandled")


class TestReservedConcurrency:
    def test_invocations_beyond_it_are_throttled(self, aws: EmulatedCloud, tmp_path: Path) -> None:
        code = """
import pathlib, time
def handler(event, context):
    folder = pathlib.Path(event)
    (folder / "started").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
"""
        publish(aws, "one-at-a-time", code)
        aws.client("lambda").put_function_concurrency(FunctionName="one-at-a-time", ReservedConcurrentExecutions=1)
        first = threading.Thread(target=invoke, args=(aws, "one-at-a-time", str(tmp_path)))
        first.start()
        while not (tmp_path / "started").exists():
            time.sleep(0.01)
        with pytest.raises(ClientError) as caught:
            invoke(aws, "one-at-a-time", str(tmp_path))
        (tmp_path / "go").touch()
        first.join()
        assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
        assert invoke(aws, "one-at-a-time", str(tmp_path)) == (None, None)
