"""What schemathesis, which loads this file, has to know of Castline beyond the document."""

from __future__ import annotations

import itertools
import os
from functools import cache
from typing import TYPE_CHECKING, Any

import schemathesis
from pydantic import ValidationError

from castline.api.schemas import CreateJobRequest, CreateSingleVoiceJobRequest
from castline.speech.providers.azure.voice_ids import takes_markup
from tests.contract.run import ISSUER_PEM
from tests.contract.tokens import Issuer

if TYPE_CHECKING:
    from schemathesis import AuthContext, Case, HookContext, Response

_BETWEEN_FIELDS = {"duplicate_index", "duplicate_speaker", "speaker_without_voice"}
_SUBMISSIONS_OF_ONE_USER = 4

_submissions = itertools.count()
_owners: dict[str, str] = {}
_users: dict[str, str] = {}
_latest = "user-0"
_issuer = Issuer.from_pem(os.environ[ISSUER_PEM])


@schemathesis.auth(refresh_interval=None)
class Users:
    """A job is asked for by the user who has submitted it; submissions come from many, each going over the cap once.

    Without that, the cap of active jobs would end every run after three.
    """

    def get(self, case: Case[Any], context: AuthContext) -> str:
        job_id = (case.path_parameters or {}).get("job_id")
        if isinstance(job_id, str) and job_id in _owners:
            return _owners[job_id]
        if case.method == "POST" and case.path.endswith("/jobs"):
            return f"user-{next(_submissions) // _SUBMISSIONS_OF_ONE_USER}"
        return _latest

    def set(self, case: Case[Any], data: str, context: AuthContext) -> None:
        case.headers["Authorization"] = f"Bearer {_token(data)}"


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Make bodies that fit the document fit together, too; leave those alone that break it."""
    body = case.body
    if case.path.endswith("/jobs") and case.method == "POST" and isinstance(body, dict):
        _make_consistent(body)
    elif case.path.endswith("/tts") and isinstance(body, dict) and _is_for_a_high_definition_voice(body):
        body |= {"speed": 1, "pitch": 0}
    elif case.path.endswith("/parse") and isinstance(body, dict) and isinstance(body.get("script"), str):
        body["script"] = f"A: {body['script']}"


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
    """Remember whose job it is."""
    global _latest  # noqa: PLW0603 (schemathesis keeps no state for hooks)
    if response.status_code == 201:
        sent = str(response.request.headers["Authorization"])
        _latest = _users[sent.removeprefix("Bearer ")]
        _owners[response.json()["id"]] = _latest


@cache
def _token(user: str) -> str:
    token = _issuer.token(user)
    _users[token] = user
    return token


def _is_for_a_high_definition_voice(body: dict[str, Any]) -> bool:
    try:
        return not takes_markup(CreateSingleVoiceJobRequest.model_validate(body).voice_id)
    except ValidationError:
        return False


def _make_consistent(body: dict[str, Any]) -> None:
    try:
        CreateJobRequest.model_validate(body)
    except ValidationError as error:
        if not {each["type"] for each in error.errors()} <= _BETWEEN_FIELDS:
            return
        for index, turn in enumerate(body["turns"]):
            turn["index"] = index
        voice_id = body["voice_assignments"][0]["voice_id"]
        speakers = dict.fromkeys(turn["speaker"] for turn in body["turns"])
        body["voice_assignments"] = [{"speaker": speaker, "voice_id": voice_id} for speaker in speakers]
