"""Castline from Python: scripted dialogues in, audio files out.

    from castline_client import Castline

    with Castline("https://castline.example.com", token="...") as castline:
        for job in castline.jobs():
            print(job["id"], job["status"])

``Castline`` and ``AsyncCastline`` have the same methods; docs/python-client.md goes through them.
"""

from castline_client import types
from castline_client.client import AsyncCastline, Castline
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
