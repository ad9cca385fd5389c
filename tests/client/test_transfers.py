"""Uploads: an answer that another attempt may better is not the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from castline_client import Refused, TransferFailed
from castline_client.steps import Pause, Send
from castline_client.transfers import PAUSES_SECONDS, upload

if TYPE_CHECKING:
    from pathlib import Path

TO: Any = {"method": "PUT", "url": "https://bucket.example.com/x", "headers": {}}


def sent(path: Path, *statuses: int) -> list[float]:
    """Answer the attempts of an upload with statuses; return the pauses between them."""
    flow = upload(path, TO, 1, lambda _sent: None)
    pauses: list[float] = []
    step = next(flow)
    try:
        for status in statuses:
            assert isinstance(step, Send)
            step = flow.send(httpx.Response(status))
            if isinstance(step, Pause):
                pauses.append(step.seconds)
                step = next(flow)
    except StopIteration:
        return pauses
    raise AssertionError("the upload goes on")


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_it_is_tried_again_after_a_momentary_failure(tmp_path: Path, status: int) -> None:
    assert sent(tmp_path / "a.wav", status, status, 200) == [*PAUSES_SECONDS[:2]]


def test_a_file_that_is_there_has_arrived(tmp_path: Path) -> None:
    assert sent(tmp_path / "a.wav", 503, 412) == [PAUSES_SECONDS[0]]


def test_a_refusal_is_the_last_answer(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"was refused \(403\); try again"):
        sent(tmp_path / "a.wav", 403)


def test_it_fails_when_every_attempt_fails(tmp_path: Path) -> None:
    with pytest.raises(TransferFailed, match="failed repeatedly"):
        sent(tmp_path / "a.wav", *[503] * (len(PAUSES_SECONDS) + 1))
