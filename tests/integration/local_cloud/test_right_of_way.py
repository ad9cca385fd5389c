"""Right of way of API requests on the local cloud."""

import threading
import time
from itertools import pairwise
from typing import Any

import pytest
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import inline_item_processor

from local.cloud.cloud import LocalCloud
from local.cloud.lambda_errors import FunctionError
from local.cloud.right_of_way import GivingWay, RightOfWay
from tests.integration.local_cloud.eventually import eventually
from tests.integration.local_cloud.state_machines import create, finish, inline_map, invoke, run, start
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
def calls(cloud: LocalCloud) -> list[Any]:
    """The events with which the function `busy`, which gives way, was called."""
    events: list[Any] = []
    cloud.lambdas.register(
        "busy", lambda event, _context: events.append(event), timeout_seconds=int(PATIENCE_SECONDS), turn=GivingWay()
    )
    return events


def test_a_function_that_gives_way_begins_after_the_request(cloud: LocalCloud, calls: list[Any]) -> None:
    # Given a request that is being answered
    with RightOfWay():
        # When the function is invoked
        work = threading.Thread(target=cloud.lambdas.invoke, args=("busy", "event"), daemon=True)
        work.start()
        # Then it does not begin
        work.join(0.2)
        assert not calls
    # And it begins when the request is answered
    eventually(lambda: calls == ["event"])


def test_a_function_that_gives_way_runs_once_at_a_time(cloud: LocalCloud) -> None:
    # Given a function that waits to be ended
    running, most = [], []
    end = threading.Semaphore(0)

    def handler(event: Any, _context: Any) -> None:
        running.append(event)
        most.append(len(running))
        end.acquire()
        running.remove(event)

    cloud.lambdas.register("busy", handler, timeout_seconds=int(PATIENCE_SECONDS), turn=GivingWay())
    # When three invocations come at once
    work = [threading.Thread(target=cloud.lambdas.invoke, args=("busy", number), daemon=True) for number in range(3)]
    for each in work:
        each.start()
    end.release(len(work))
    for each in work:
        each.join(PATIENCE_SECONDS)
    # Then they run one after another
    assert most == [1, 1, 1]


def test_an_invocation_that_has_timed_out_keeps_its_turn_until_its_end(cloud: LocalCloud) -> None:
    # Given a request whose function has timed out, and goes on
    done: list[Any] = []
    end = threading.Event()

    def handler(event: Any, _context: Any) -> None:
        if event == "slow":
            end.wait(PATIENCE_SECONDS)
        done.append(event)

    cloud.lambdas.register("api", handler, timeout_seconds=1, turn=RightOfWay())
    with pytest.raises(FunctionError, match="timed out"):
        cloud.lambdas.invoke("api", "slow")
    # When another request comes
    cloud.lambdas.run_async("api", '"quick"')
    # Then it begins after the end of the first one
    end.set()
    eventually(lambda: done == ["slow", "quick"])


def test_an_execution_continues_after_the_request(cloud: LocalCloud) -> None:
    called = threading.Event()
    task = cloud.lambdas.register("task", lambda *_arguments: called.set(), timeout_seconds=int(PATIENCE_SECONDS))
    machine = create(invoke(task))
    # Given a request that is being answered
    with RightOfWay():
        # When an execution starts
        arn = start(machine)
        # Then it does not come to its first task
        assert not called.wait(0.2)
    # And it does when the request is answered
    assert finish(arn)["status"] == "SUCCEEDED"
    assert called.is_set()


def test_the_workers_of_a_map_start_one_after_another_and_each_has_an_item(
    monkeypatch: pytest.MonkeyPatch, cloud: LocalCloud
) -> None:
    # Given a Map of three items, each of which takes a while, that may have ten workers
    processor = inline_item_processor.InlineItemProcessor
    create_worker = processor._create_worker
    starts = []

    def note_and_create(*arguments: Any, **options: Any) -> Any:
        starts.append(time.monotonic())
        return create_worker(*arguments, **options)

    monkeypatch.setattr(processor, "_create_worker", note_and_create)
    cloud.lambdas.register("item", lambda _event, _context: time.sleep(0.3), timeout_seconds=int(PATIENCE_SECONDS))
    # When it runs
    outcome = run(inline_map(invoke("item"), ItemsPath="$.items", MaxConcurrency=10), {"items": [1, 2, 3]})
    # Then no more workers than items have started, and not at once
    assert outcome["status"] == "SUCCEEDED"
    assert 1 < len(starts) <= 3
    assert all(later - earlier >= 0.02 for earlier, later in pairwise(starts))
