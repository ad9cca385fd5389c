"""Refusals of dialogues, with field names that match the request."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from castline.api.requests import CreateJobRequest, CreateSingleVoiceJobRequest
from castline.api.validation import InvalidRequest
from castline.usecases.errors import NotSpeakable, UnusableSounds

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def fields_as_sent(request: CreateJobRequest | CreateSingleVoiceJobRequest) -> Iterator[None]:
    """Convert the field names in a refusal to those of the request, whose turns may be in any order.

    Raises:
        InvalidRequest: the dialogue of a ``CreateJobRequest`` was refused.
    """
    try:
        yield
    except (NotSpeakable, UnusableSounds) as refused:
        if isinstance(request, CreateSingleVoiceJobRequest):
            raise
        problems = ((request.as_sent(each.field), each.kind, each.context) for each in refused.problems)
        raise InvalidRequest.of_fields(problems) from refused
