"""Figures and lists in the pages for developers agree with the code."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import timedelta

import typer.main

from castline.audio.level import TARGET_DBFS
from castline.audio.retention import AUDIO_LIFETIME_DAYS, SEGMENT_LIFETIME_DAYS
from castline.jobs import items
from castline.jobs.model import JobStatus, SynthesisMode
from castline.jobs.reconciliation import CheckTimes
from castline.jobs.transitions import retention
from castline.pcm import SAMPLE_RATE_HZ
from castline.settings import Settings
from castline.speech.providers.azure.provider import MAX_UTTERANCE_CHARACTERS
from castline.speech.providers.registry import DEFAULT_CONCURRENCY
from castline.synthesis.segments import MAX_BATCH_CHARACTERS, MAX_BATCH_UTTERANCES
from castline.table import INDEXES, OPEN_SHARDS, SUMMARY_ATTRIBUTES
from infra.functions import ALL
from infra.workflow import DEFINITION_FILE
from local.__main__ import app
from local.azure_speech.voices import VOICES
from tests.docs.pages import ROOT, code, read

ARCHITECTURE = read("docs/architecture.md")
DATA_MODEL = read("docs/data-model.md")
LOCAL_STACK = read("docs/local-stack.md")

IN_WORDS = {7: "seven", 8: "eight", 10: "ten"}


def test_the_architecture_has_the_figures_of_the_code() -> None:
    synthesize = json.loads(DEFINITION_FILE.read_text("utf-8"))["States"]["Synthesize"]
    segmented, native = (MAX_BATCH_UTTERANCES[mode] for mode in (SynthesisMode.SEGMENTED, SynthesisMode.NATIVE))
    assert CheckTimes().max_pending == timedelta(days=1) == timedelta(seconds=Settings({}).max_pending_seconds)
    assert (
        CheckTimes().max_processing == timedelta(minutes=10) == timedelta(seconds=Settings({}).max_processing_seconds)
    )
    for words in (
        f"a turn of more than {MAX_UTTERANCE_CHARACTERS:,} characters",
        f"up to {segmented} utterances ({native} where several share a request)",
        f"or {MAX_BATCH_CHARACTERS:,} characters make a batch",
        f"{IN_WORDS[synthesize['MaxConcurrency']]} at a time",
        f"{IN_WORDS[DEFAULT_CONCURRENCY]} requests at a time",
        f"−{-TARGET_DBFS:.0f} dBFS",
        f"({SAMPLE_RATE_HZ // 1000} kHz)",
        f"**After {retention(JobStatus.COMPLETED).days} days** ({retention(JobStatus.CANCELLED).days} for cancelled",
        "pending ones after a day",
        f"processing for {IN_WORDS[CheckTimes().max_processing // timedelta(minutes=1)]} minutes",
    ):
        assert words in ARCHITECTURE


def test_the_diagram_has_every_function() -> None:
    (diagram,) = code(ARCHITECTURE, "mermaid")
    words = re.sub(r"[^a-z]", "", diagram.lower())

    assert [spec.name for spec in ALL if spec.name.replace("-", "") not in words] == []


def test_the_packages_are_the_layers_that_are_enforced() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    (shown,) = [block for block in code(ARCHITECTURE, "") if "castline.composition" in block]

    found = [set(re.findall(r"castline\.\w+", line)) for line in shown.splitlines()]

    assert found == [set(layer.split(" | ")) for layer in layers]


def test_the_data_model_has_the_figures_of_the_code() -> None:
    assert Settings({}).settle_after_seconds == 15 * 60
    for words in (
        f"{retention(JobStatus.COMPLETED).days} days for completed and failed jobs",
        f"{retention(JobStatus.CANCELLED).days} for cancelled ones",
        f"segments go after {SEGMENT_LIFETIME_DAYS} days",
        f"audio goes after {AUDIO_LIFETIME_DAYS} days",
        f"for {items._IDEMPOTENCY_LIFETIME // timedelta(hours=1)} hours",
        f"`OPEN#<0–{OPEN_SHARDS - 1}>`",
        f"fewer than {Settings({}).max_active_jobs}",
        "for a quarter of an hour",
    ):
        assert words in DATA_MODEL


def test_the_data_model_has_every_item_and_index() -> None:
    for index in INDEXES:
        assert f"`{index.name}` | `{index.partition_key}`" in DATA_MODEL
        assert f"`{index.sort_key}`" in DATA_MODEL
    for sort_key in (items.JOB, items.INPUT, items.RESULT, items.ACTIVE):
        assert f"| `{sort_key}` |" in DATA_MODEL


def test_the_data_model_says_what_the_indexes_hold() -> None:
    (summary,) = re.findall(r"`SUMMARY_ATTRIBUTES`: ([^)]+)\)", DATA_MODEL)
    words = {"job_id": "id", "user_id": "user", "job_type": "type", "output_format": "format"}

    held = {words.get(name, "times" if name.endswith("_at") else name) for name in SUMMARY_ATTRIBUTES}

    assert set(summary.split(", ")) == held


def test_the_local_stack_explains_every_option_and_voice_count() -> None:
    dev = typer.main.get_command(app).commands["dev"]  # type: ignore[attr-defined]
    options = {option for parameter in dev.params for option in parameter.opts} - {"--port"}

    assert {option for option in options if not re.search(rf"[` ]{option}[` ]", LOCAL_STACK)} == set()
    languages = {voice.split("-")[0] for voice in VOICES}
    assert f"{len(VOICES)} of Azure's voices in {len(languages)} languages" in LOCAL_STACK


def test_the_local_stack_lists_every_hook() -> None:
    """The page names every module that patches moto."""
    cloud = ROOT / "local" / "cloud"
    hooks = {
        path.name for path in cloud.glob("*.py") if re.search(r"^from moto\.", path.read_text("utf-8"), re.MULTILINE)
    }

    assert hooks
    assert {name for name in hooks if f"`{name}`" not in LOCAL_STACK} == set()
