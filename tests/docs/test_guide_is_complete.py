"""The guide's tables say what the code does: every call, field, limit, status and error, in each language."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from castline.api import errors, jobs, messages, requests, responses
from castline.api.negotiation import Language
from castline.audio import upload_limits
from castline.audio.formats import OutputFormat
from castline.audio.retention import SEGMENT_REUSE_DAYS
from castline.jobs import items, limits
from castline.jobs.failures import FailureCode, JobFailure
from castline.jobs.model import JobStatus
from castline.jobs.repository import SEARCHED_JOBS
from castline.jobs.transitions import retention
from castline.previews.limits import MAX_TEXT_CHARACTERS
from castline.settings import Settings
from castline.sounds.limits import MAX_SOUNDS
from castline.usecases import play_job
from infra.environments import ENVIRONMENTS, PROD
from infra.workflow import DEFINITION_FILE
from local.http_event import MAX_BODY_BYTES
from tests.docs.pages import read, row_of, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    page: str
    language: Language
    limits: str
    """The heading of the limits."""


EDITIONS = [
    Edition(page=read("docs/guide.md"), language=Language.ENGLISH, limits="## Limits"),
    Edition(page=read("docs/guide.zh-TW.md"), language=Language.CHINESE, limits="## 限制與注意事項"),
]
DOCUMENT = json.loads(read("docs/openapi.json"))
DETAILS = {"turn_index": 3, "voice_id": "zh-TW-NobodyNeural"}

every_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.language.value)


def first_cells(page: str) -> set[str]:
    return {name for cells in rows(page) for name in re.findall(r"`([^`]+)`", cells[0])}


def numbers_in(text: str) -> set[float]:
    return {float(number.replace(",", "").replace("−", "-")) for number in re.findall(r"−?\d[\d,]*(?:\.\d+)?", text)}


@every_edition
def test_every_call_is_listed(edition: Edition) -> None:
    calls = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }

    assert {name for name in first_cells(edition.page) if " /" in name} == calls


@every_edition
def test_every_error_is_listed_with_its_status_and_its_sentence(edition: Edition) -> None:
    listed = {name for name in first_cells(edition.page) if re.fullmatch("[A-Z_]+", name)}
    assert listed == {*(error.code for error in errors.ALL), *FailureCode}
    for error in errors.ALL:
        cells = next(cells for cells in rows(edition.page) if cells[0] == f"`{error.code}`" and len(cells) == 4)
        assert cells[1:3] == [str(error.status), messages.error_message(error.code, edition.language)]
        assert cells[3]


@every_edition
@pytest.mark.parametrize("code", FailureCode)
def test_every_reason_why_jobs_fail_is_listed_with_its_sentence(edition: Edition, code: FailureCode) -> None:
    (cells,) = [cells for cells in rows(edition.page) if cells[0] == f"`{code}`" and len(cells) == 3]

    assert cells[1] == JobFailure.read(code, DETAILS).sentence(edition.language)
    assert cells[2]


@every_edition
@pytest.mark.parametrize("status", JobStatus)
def test_every_status_is_explained(edition: Edition, status: JobStatus) -> None:
    assert all(row_of(edition.page, status.value))


@every_edition
def test_every_field_of_a_result_is_explained(edition: Edition) -> None:
    for name in responses.ResultMetadata.model_fields:
        _, unit, meaning = row_of(edition.page, name)
        assert meaning
        assert bool(unit) == (responses.ResultMetadata.model_fields[name].annotation is int)


@every_edition
@pytest.mark.parametrize("request_name", ["CreateJobRequest", "CreateSingleVoiceJobRequest"])
def test_every_field_of_a_request_is_explained_with_its_limits(edition: Edition, request_name: str) -> None:
    schema = DOCUMENT["components"]["schemas"][request_name]
    for name, field in schema["properties"].items():
        candidates = [cells for cells in rows(edition.page) if cells[0] == f"`{name}`" and len(cells) == 3]
        assert any(
            limits_of(field) <= numbers_in(cells[1]) and has_default(field, cells[2]) for cells in candidates
        ), f"{name} should say {limits_of(field)}, by default {field.get('default')}: {candidates}"


@every_edition
def test_every_format_is_named(edition: Edition) -> None:
    named = [cells[1] for cells in rows(edition.page) if cells[0] == "`output_format`" and len(cells) == 3]

    assert len(named) == 2
    assert all(f"`{output_format}`" in cell for cell in named for output_format in OutputFormat)


def limits_of(field: dict[str, Any]) -> set[float]:
    names = ("minimum", "maximum", "maxLength", "minItems", "maxItems")
    parts = [field, *field.get("anyOf", ())]
    return {float(part[name]) for part in parts for name in names if name in part}


def has_default(field: dict[str, Any], cell: str) -> bool:
    default = field.get("default")
    if isinstance(default, str):
        return cell == f"`{default}`"
    return bool(cell) and (not isinstance(default, int | float) or numbers_in(cell) == {default})


@every_edition
@pytest.mark.parametrize("schema", ["SubmittedTurn", "VoiceAssignmentSchema"])
def test_every_field_of_turns_and_voices_is_explained(edition: Edition, schema: str) -> None:
    for name, field in DOCUMENT["components"]["schemas"][schema]["properties"].items():
        most = limits_of(field) - {0, 2**53 - 1}
        # A voice's id is as long as it is; the service says when it is none.
        texts = [cells[1] for cells in rows(edition.page) if cells[0] == f"`{name}`"]
        assert any(name == "voice_id" or most <= numbers_in(text) for text in texts), f"{name}: {most}"


@every_edition
def test_every_parameter_is_named(edition: Edition) -> None:
    named = set(re.findall(r"`([\w-]+)[`:]|[?&](\w+)=|-H [\"']([\w-]+):", edition.page))
    names = {name for group in named for name in group if name}
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            assert {parameter["name"] for parameter in operation["parameters"]} <= names | {"job_id"}


@every_edition
def test_limits_are_those_of_the_code(edition: Edition) -> None:
    workflow = json.loads(DEFINITION_FILE.read_text("utf-8"))
    synthesis = workflow["States"]["Synthesize"]["ItemProcessor"]["States"]["SynthesizeBatch"]
    retry = next(each for each in synthesis["Retry"] if "ProviderThrottled" in each["ErrorEquals"])
    tries = range(retry["MaxAttempts"])
    expected = [
        [Settings({}).max_active_jobs],
        [Settings({}).max_pending_seconds / 3600],
        [Settings({}).max_processing_seconds / 60],
        [retry["MaxAttempts"], *(retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt for attempt in tries)],
        [retention(JobStatus.COMPLETED) / timedelta(days=1)],
        [retention(JobStatus.CANCELLED) / timedelta(days=1)],
        [SEGMENT_REUSE_DAYS],
        [jobs.DOWNLOAD_SECONDS / 60],
        [play_job.PART_SECONDS / 3600],
        [items._IDEMPOTENCY_LIFETIME / timedelta(hours=1)],
        [limits.MAX_TURNS],
        [limits.MAX_DIALOGUE_CHARACTERS],
        [limits.MAX_SINGLE_TEXT_CHARACTERS],
        [requests.MAX_SCRIPT_CHARACTERS],
        [MAX_TEXT_CHARACTERS],
        [Settings({}).previews_per_minute],
        [PROD.user_characters_per_day, PROD.user_characters_per_month],
        [environment.characters_per_day for environment in ENVIRONMENTS.values()],
        [MAX_BODY_BYTES / 1024**2],
        [jobs.MAX_OFFSET],
        [SEARCHED_JOBS],
        [
            number
            for environment in ENVIRONMENTS.values()
            for number in (environment.requests_per_second, environment.burst_requests)
        ],
    ]
    assert retention(JobStatus.COMPLETED) == retention(JobStatus.FAILED)
    quotas = {(each.user_characters_per_day, each.user_characters_per_month) for each in ENVIRONMENTS.values()}
    assert len(quotas) == 1

    section = edition.page.partition(f"\n{edition.limits}\n")[2].partition("\n## ")[0]
    found = [[float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", cells[1])] for cells in rows(section)]

    assert found == expected


@every_edition
def test_every_reason_why_a_sound_fails_is_listed(edition: Edition) -> None:
    (table,) = re.findall(r"^\| `error.code` \| \|\n(?:\|.*\n)+", edition.page, re.MULTILINE)

    assert first_cells(table) == {*upload_limits.UploadProblem}


@every_edition
def test_the_limits_of_sounds_are_those_of_the_code(edition: Edition) -> None:
    (table,) = re.findall(r"^\| (?:of a sound|音效) \| \|\n(?:\|.*\n)+", edition.page, re.MULTILINE)

    assert numbers_in(table) - {3.0, 4.0} == {
        upload_limits.MAX_AUDIO_BYTES / 2**20,
        upload_limits.MAX_AUDIO_MS / 60_000,
        upload_limits.MIN_SAMPLE_RATE_HZ / 1_000,
        upload_limits.MAX_SAMPLE_RATE_HZ / 1_000,
        upload_limits.MAX_IMAGE_BYTES / 2**20,
        upload_limits.MAX_IMAGE_PIXELS,
        MAX_SOUNDS,
    }
