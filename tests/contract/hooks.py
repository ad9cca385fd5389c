"""Facts about Castline that are not in the document, for schemathesis, which loads this file."""

from __future__ import annotations

import itertools
import os
from functools import cache
from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis import strategies as st
from pydantic import ValidationError

from castline.api.preview_schemas import CreatePreviewRequest
from castline.api.pronunciation_schemas import PronunciationSchema
from castline.api.requests import (
    MAX_PROVIDER_ID_LENGTH,
    CreateJobRequest,
    CreateSingleVoiceJobRequest,
    RenderJobRequest,
)
from castline.api.rules import is_sound
from castline.api.show_schemas import PutShowRequest
from castline.documents.limits import is_name
from castline.jobs.ids import is_job_id
from castline.scripts.questions import CHOICES, Choice, QuestionKind
from castline.sounds.limits import CONTENT_TYPES, MAX_BYTES
from castline.speech.providers.azure import phones
from castline.speech.providers.azure.voice_ids import is_voice_id, takes_markup
from local.gateway import OPERATOR
from tests.contract.run import ISSUER_PEM
from tests.contract.tokens import Issuer

if TYPE_CHECKING:
    from schemathesis import AuthContext, Case, HookContext, Response

_BETWEEN_FIELDS = {"duplicate_index", "duplicate_speaker", "no_spoken_turn", "speaker_without_voice", "under_nothing"}
_NOT_OF_EVERY_VOICE = ("language", "pitch", "speed", "style")
_WITHIN_ENTRIES = {"pronunciation_alphabet", "pronunciation_choice"}
_SUBMISSIONS_OF_ONE_USER = 4
_SOUNDS_OF_ONE_USER = 20
_WEBHOOKS_OF_ONE_USER = 10
_PREVIEWS_OF_ONE_USER = 20
_MOST_DOCUMENTS = 50
_DOCUMENTS = ("/pronunciations", "/shows")
_ENOUGH_CHARACTERS = 10**9
_PROVIDER = "azure"
_VOICE_IDS = ("zh-TW-HsiaoYuNeural", "en-US-Ava:DragonHDLatestNeural")

_submissions = itertools.count()
_sounds = itertools.count()
_webhooks = itertools.count()
_previews = itertools.count()
_owners: dict[str, str] = {}
_users: dict[str, str] = {}
_latest = "user-0"
_keeper = "user-with-documents"
_names: dict[str, set[str]] = {path: set() for path in _DOCUMENTS}
"""The names of the documents that exist, by the path of their kind."""
_issuer = Issuer.from_pem(os.environ[ISSUER_PEM])

# A local stack allows URLs on this machine, where nobody listens at this port: nothing is sent elsewhere.
os.environ["WEBHOOKS_ALLOW_LOOPBACK"] = "true"
schemathesis.openapi.format("uri", st.integers(0, 999).map(lambda number: f"http://127.0.0.1:9/{number}"))


@schemathesis.auth(refresh_interval=None)
class Users:
    """A job is asked for by the user who has submitted it; submissions come from many, each going over the cap once.

    Without that, the cap of active jobs would end every run after three.
    """

    def get(self, case: Case[Any], context: AuthContext) -> str:
        if "/admin" in case.path:
            return OPERATOR
        if _kind_of(case.path):
            return _keeper
        sound_id = (case.path_parameters or {}).get("sound_id")
        if "/sounds" in case.path:
            return _owners.get(str(sound_id), f"user-{next(_sounds) // _SOUNDS_OF_ONE_USER}-with-sounds")
        if case.path.endswith("/previews"):
            return f"user-{next(_previews) // _PREVIEWS_OF_ONE_USER}-with-previews"
        webhook_id = (case.path_parameters or {}).get("webhook_id")
        if "/webhooks" in case.path:
            return _owners.get(str(webhook_id), f"user-{next(_webhooks) // _WEBHOOKS_OF_ONE_USER}-with-webhooks")
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
    """Make requests that fit the document fit together, too; leave those alone that break it."""
    # The local stack answers to its own name only.
    for name in [each for each in case.headers if each.lower() == "host"]:
        del case.headers[name]
    if isinstance(case.body, dict):
        _make_pronounceable(case.body)
    if "/admin" in case.path:
        _operate(case)
    elif case.path.endswith("/previews") and isinstance(case.body, dict):
        _make_audible(case.body)
    else:
        _make_acceptable(case)


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
    """Remember whose job it is, and which documents there are."""
    global _latest  # noqa: PLW0603 (schemathesis keeps no state for hooks)
    if kind := _kind_of(case.path):
        name = (case.path_parameters or {}).get("name")
        if case.method == "PUT" and response.status_code in {200, 201}:
            _names[kind].add(str(name))
        elif case.method == "DELETE" and response.status_code == 204:
            _names[kind].discard(str(name))
    elif response.status_code == 201:
        sent = str(response.request.headers["Authorization"])
        owner = _owners[response.json()["id"]] = _users[sent.removeprefix("Bearer ")]
        if "/jobs" in case.path:
            _latest = owner


def _make_acceptable(case: Case[Any]) -> None:
    body = case.body
    if kind := _kind_of(case.path):
        if isinstance(body, dict):
            _make_a_show(body)
        if case.path.endswith("/{name}"):
            _name_a_document(case, _names[kind])
    elif case.path.endswith(("/jobs", "/jobs/estimate")) and case.method == "POST" and isinstance(body, dict):
        _make_consistent(body)
    elif case.path.endswith("/sounds") and isinstance(body, dict):
        _make_uploadable(body)
    elif case.path.endswith(("/tts", "/tts/estimate")) and isinstance(body, dict):
        _make_speakable(body)
    elif case.path.endswith("/renditions") and isinstance(body, dict):
        _make_renderable(body)
    elif "/dialogues/" in case.path and isinstance(body, dict):
        _make_readable(body)
    elif case.path.endswith("/voices") and _fits_a_provider(case.query.get("provider")):
        case.query["provider"] = _PROVIDER


@cache
def _token(user: str) -> str:
    token = _issuer.token(user, **({"cognito:groups": ["operators"]} if user == OPERATOR else {}))
    _users[token] = user
    return token


def _make_readable(body: dict[str, Any]) -> None:
    """Give a script a speaker, answers choices of their questions, and a cast a provider that is there."""
    if isinstance(body.get("script"), str):
        body["script"] = f"A: {body['script']}"
    if _fits_a_provider(body.get("provider")):
        body["provider"] = _PROVIDER
    for answer in body["answers"] if isinstance(body.get("answers"), list) else ():
        is_known = isinstance(answer, dict) and {str(answer.get("question"))} <= set(QuestionKind)
        if is_known and {str(answer.get("choice"))} <= set(Choice):
            answer["choice"] = CHOICES[QuestionKind(answer["question"])][0]


def _fits_a_provider(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= MAX_PROVIDER_ID_LENGTH


def _operate(case: Case[Any]) -> None:
    """Leave submissions to all users, and stop a job that exists now and then."""
    body = case.body
    if isinstance(body, dict) and case.path.endswith("/breaker") and body.get("state") == "open":
        body["state"] = "closed"
    if isinstance(body, dict) and case.path.endswith("/admin/limits"):
        ceiling = body.get("characters_per_day")
        if isinstance(ceiling, int | float) and 0 <= ceiling < _ENOUGH_CHARACTERS:
            body["characters_per_day"] = None
    if case.path.endswith("/fail") and _owners and is_job_id(str(case.path_parameters.get("job_id"))):
        case.path_parameters["job_id"] = next(reversed(_owners))


def _kind_of(path: str) -> str | None:
    """Return the path of the kind of documents that a path is about, if it is about documents."""
    return next((kind for kind in _DOCUMENTS if kind in path), None)


def _name_a_document(case: Case[Any], names: set[str]) -> None:
    """Read and delete documents that exist, as they are, and keep their number within the limit."""
    name = case.path_parameters.get("name")
    is_wanted = name in names or (case.method == "PUT" and len(names) < _MOST_DOCUMENTS)
    if names and isinstance(name, str) and is_name(name) and not is_wanted:
        case.path_parameters["name"] = min(names)
    if case.path_parameters.get("name") in names and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"


def _make_a_show(body: dict[str, Any]) -> None:
    """Give each speaker of a show one voice, and leave out sounds, none of which exists."""
    try:
        show = PutShowRequest.model_validate(body)
    except ValidationError as error:
        if {each["type"] for each in error.errors()} != {"duplicate_speaker"}:
            return
        body["cast"] = body["cast"][:1]
    else:
        if not (show.music or show.cover_id):
            return
    _leave_out_sounds(body)


def _make_uploadable(body: dict[str, Any]) -> None:
    """Keep the size of an image within its limit, which the document says for all sounds together."""
    kind, size = CONTENT_TYPES.get(str(body.get("content_type"))), body.get("size_bytes")
    if kind is not None and isinstance(size, int | float) and MAX_BYTES[kind] < size <= max(MAX_BYTES.values()):
        body["size_bytes"] = MAX_BYTES[kind]


def _make_pronounceable(body: dict[str, Any]) -> None:
    """Give each entry one way to be spoken, which exists, and leave out duplicates and sets that do not exist."""
    names = body.get("pronunciation_sets")
    if isinstance(names, list) and all(isinstance(name, str) and is_name(name) for name in names):
        body["pronunciation_sets"] = []
    for field in ("entries", "pronunciations"):
        entries = body.get(field)
        if isinstance(entries, list) and all(map(_is_nearly_an_entry, entries)):
            spoken = [PronunciationSchema.model_validate(_with_one_way(entry)) for entry in entries]
            distinct = {each.to_pronunciation().key: each for each in spoken}
            body[field] = [each.model_dump(mode="json") for each in distinct.values()]


def _is_nearly_an_entry(entry: object) -> bool:
    try:
        PronunciationSchema.model_validate(entry)
    except ValidationError as error:
        return {each["type"] for each in error.errors()} <= _WITHIN_ENTRIES
    return True


def _with_one_way(entry: dict[str, Any]) -> dict[str, Any]:
    try:
        spoken = PronunciationSchema.model_validate(entry).to_pronunciation()
    except ValidationError:
        pass
    else:
        if spoken.phoneme is None or spoken.alphabet is None:
            return entry
        if phones.is_known(spoken.phoneme, alphabet=spoken.alphabet, language=spoken.language or ""):
            return entry
    return {"text": entry["text"], "alias": entry.get("alias") or "x", "language": entry.get("language")}


def _make_speakable(body: dict[str, Any]) -> None:
    try:
        CreateSingleVoiceJobRequest.model_validate(body)
    except ValidationError:
        return
    _leave_out_sounds(body)
    body.pop("webhook_url", None)  # nobody has a secret for it
    body |= {"provider": _PROVIDER, "voice_id": _voice_id(body["voice_id"])}
    body.pop("style", None)
    if not takes_markup(body["voice_id"]):
        body |= {"speed": 1, "pitch": 0}


def _make_audible(body: dict[str, Any]) -> None:
    try:
        CreatePreviewRequest.model_validate(body)
    except ValidationError:
        return
    # One that does not exist is refused.
    body |= {"provider": _PROVIDER, "voice_id": _VOICE_IDS[len(body["voice_id"]) % len(_VOICE_IDS)]}
    for name in _NOT_OF_EVERY_VOICE:
        body.pop(name, None)


def _voice_id(value: str) -> str:
    """Return ``value`` if it is an id of the provider's voices, and one of its ids otherwise."""
    return value if is_voice_id(value) else _VOICE_IDS[len(value) % len(_VOICE_IDS)]


def _leave_out_sounds(body: dict[str, Any]) -> None:
    """Leave out sounds, none of which exists, from a request that names them as the document says."""
    body.pop("music", None)
    body.pop("cover_id", None)
    if "turns" in body:
        spoken = [turn for turn in body["turns"] if not is_sound(turn)]
        body["turns"] = spoken or [{"speaker": "A", "text": "x", "index": 0}]


def _make_renderable(body: dict[str, Any]) -> None:
    try:
        RenderJobRequest.model_validate(body)
    except ValidationError:
        return
    _leave_out_sounds(body)


def _make_consistent(body: dict[str, Any]) -> None:
    try:
        CreateJobRequest.model_validate(body)
    except ValidationError as error:
        if not {each["type"] for each in error.errors()} <= _BETWEEN_FIELDS:
            return
        _leave_out_sounds(body)
        for index, turn in enumerate(body["turns"]):
            turn["index"] = index
        voice_id = body["voice_assignments"][0]["voice_id"]
        speakers = dict.fromkeys(turn["speaker"] for turn in body["turns"])
        body["voice_assignments"] = [{"speaker": speaker, "voice_id": voice_id} for speaker in speakers]
    _leave_out_sounds(body)
    body.pop("webhook_url", None)
    body["provider"] = _PROVIDER
    for assignment in body["voice_assignments"]:
        assignment["voice_id"] = _voice_id(assignment["voice_id"])
    for each in (*body["turns"], *body["voice_assignments"]):
        for name in _NOT_OF_EVERY_VOICE:
            each.pop(name, None)
