"""Castline from Python: scripted dialogues in, audio files out.

    from castline_client import Castline

    with Castline("https://castline.example.com", token="...") as castline:
        for job in castline.jobs():
            print(job["id"], job["status"])

``Castline`` and ``AsyncCastline`` have the same methods; docs/python-client.md goes through them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from castline_client.errors import (
    CastlineError,
    Conflict,
    FileChanged,
    InvalidRequest,
    JobCancelled,
    JobFailed,
    JobLimitExceeded,
    JobNotCompleted,
    NotAvailable,
    NotCastline,
    NotFound,
    NothingAnswers,
    OutOfOrder,
    QuotaExceeded,
    Refused,
    SignedOut,
    SoundUnusable,
    SubmissionsStopped,
    TransferFailed,
    Unreachable,
    WaitTimedOut,
)

if TYPE_CHECKING:
    from castline_client import types
    from castline_client.client import AsyncCastline, Castline
    from castline_client.operations.results import Subtitles
    from castline_client.steps import Answer

__all__ = [
    "Answer",
    "AsyncCastline",
    "Castline",
    "CastlineError",
    "Conflict",
    "FileChanged",
    "InvalidRequest",
    "JobCancelled",
    "JobFailed",
    "JobLimitExceeded",
    "JobNotCompleted",
    "NotAvailable",
    "NotCastline",
    "NotFound",
    "NothingAnswers",
    "OutOfOrder",
    "QuotaExceeded",
    "Refused",
    "SignedOut",
    "SoundUnusable",
    "SubmissionsStopped",
    "Subtitles",
    "TransferFailed",
    "Unreachable",
    "WaitTimedOut",
    "types",
]

_LOADED_WHEN_USED: Final = {
    "Answer": "castline_client.steps",
    "AsyncCastline": "castline_client.client",
    "Castline": "castline_client.client",
    "Subtitles": "castline_client.operations.results",
}
"""Names whose modules need httpx. They load lazily: httpx is slow to import, and completions do not need it."""


def __getattr__(name: str) -> Any:
    """Return a name whose module is loaded only when it is used."""
    if name == "types":
        return import_module("castline_client.types")
    if name in _LOADED_WHEN_USED:
        return getattr(import_module(_LOADED_WHEN_USED[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
