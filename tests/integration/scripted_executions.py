"""Executions of jobs that begin and end when a test says so, in place of Step Functions."""

from __future__ import annotations

from contextlib import contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING

from castline.aws_errors import ServiceUnavailable
from castline.jobs.executions import Executions

if TYPE_CHECKING:
    from collections.abc import Iterator


class Crash(BaseException):
    """The invocation ends here: out of memory, out of time, or a bug."""


class Trouble(Enum):
    """A fault of StartExecution."""

    NONE = auto()
    REFUSED = auto()
    ANSWER_LOST = auto()
    """The execution has started, and the caller hears of an error."""
    CRASH = auto()
    """The caller does not live to make the call."""


class ScriptedExecutions(Executions):
    """Executions that end when and how a test says. Their jobs stay pending, because no task runs by itself."""

    def __init__(self) -> None:
        self.statuses: dict[str, str] = {}
        """The status of each execution, by job id. Missing ones were never started, or are lost."""
        self.asked_for: list[str] = []
        """The job of every StartExecution, refused or not."""
        self.described: list[str] = []
        """The job of every DescribeExecution."""
        self.unreadable: set[str] = set()
        """The jobs whose executions nothing can be found out about just now."""
        self._trouble = Trouble.NONE

    @contextmanager
    def in_trouble(self, trouble: Trouble) -> Iterator[None]:
        self._trouble = trouble
        try:
            yield
        finally:
            self._trouble = Trouble.NONE

    def start(self, job_id: str) -> bool:
        self.asked_for.append(job_id)
        if self._trouble is Trouble.CRASH:
            raise Crash
        if self._trouble is not Trouble.REFUSED:
            self.statuses.setdefault(job_id, "RUNNING")
        if self._trouble is not Trouble.NONE:
            raise ServiceUnavailable("StartExecution")
        return self.statuses[job_id] == "RUNNING"

    def status(self, job_id: str) -> str | None:
        self.described.append(job_id)
        if job_id in self.unreadable:
            raise ServiceUnavailable("DescribeExecution")
        return self.statuses.get(job_id)

    def stop(self, job_id: str, *, error: str) -> None:
        if self.statuses.get(job_id) == "RUNNING":
            self.statuses[job_id] = "ABORTED"
