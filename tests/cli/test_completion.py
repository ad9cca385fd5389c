"""Shell completion."""

from __future__ import annotations

import subprocess
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

from tests.cli.castline import INSTALLED
from tests.cli.forwarding import ForwardingHandler, ForwardingServer
from tests.e2e.dialogues import dialogue
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

TAIWANESE = {"zh-TW-HsiaoChenNeural", "zh-TW-HsiaoYuNeural", "zh-TW-YunJheNeural"}
# What bash itself does: words are cut at the characters of COMP_WORDBREAKS, of which = is one.
_IN_BASH = """
{function}
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMPREPLY=()
_castline_completion castline
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@cache
def function_of_bash() -> str:
    """Return what the program adds to bash. Its option takes a name only below a shell."""
    printed = subprocess.run(  # noqa: S603 (our own program)
        ["/bin/bash", "-c", f"{INSTALLED} --show-completion bash; true"],
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    return printed.stdout


def offered(castline: Castline, *words: str) -> list[str]:
    """Return bash's completions of the last word."""
    quoted = " ".join(f"'{word}'" for word in words)
    ended = subprocess.run(  # noqa: S603 (our own words)
        ["/bin/bash", "-c", _IN_BASH.format(function=function_of_bash(), words=quoted)],
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=True,
        cwd=castline.folder,
        env={**castline.place["env"], "PATH": f"{castline.program.parent}:{castline.place['env']['PATH']}"},
    )
    assert ended.stderr == ""
    return ended.stdout.split()


def test_voices_are_offered_alone_and_behind_a_speaker(castline: Castline) -> None:
    say = ("castline", "say", "script.txt")

    assert set(offered(castline, *say, "--voice", "zh-TW")) == TAIWANESE
    assert set(offered(castline, *say, "--voice", "A", "=", "x", "--voice", "B", "=", "zh-TW")) == TAIWANESE
    assert set(offered(castline, *say, "--voice", "A", "=")) > TAIWANESE


def test_other_shells_offer_voices_with_their_speaker(castline: Castline) -> None:
    castline.environment |= {
        "_CASTLINE_COMPLETE": "complete_fish",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": "castline say --voice A=zh-TW",
    }

    lines = castline.run().out.splitlines()

    assert {line.split("\t")[0] for line in lines} == {f"A={voice}" for voice in TAIWANESE}
    assert any("雲哲" in line for line in lines)


def test_jobs_are_offered(castline: Castline, client: ApiClient) -> None:
    job_id = client.complete(dialogue())["id"]

    assert offered(castline, "castline", "jobs", "show", "") == ["last", job_id]
    assert offered(castline, "castline", "jobs", "download", job_id[:6]) == [job_id]


def test_languages_are_offered_alone_and_behind_a_speaker(castline: Castline) -> None:
    assert offered(castline, "castline", "voices", "--language", "zh-T") == ["zh-TW"]
    assert offered(castline, "castline", "say", "--language", "A", "=", "zh-T") == ["zh-TW"]


def test_styles_are_offered_of_the_voices_that_were_chosen(castline: Castline) -> None:
    sonia = ("castline", "say", "--voice", "A", "=", "en-GB-SoniaNeural")

    assert offered(castline, *sonia, "--style", "") == ["cheerful", "sad"]
    assert offered(castline, *sonia, "--style", "A", "=", "ch") == ["cheerful"]
    assert "lyrical" in offered(castline, "castline", "say", "--style", "")


def test_pronunciation_sets_are_offered(castline: Castline) -> None:
    for name in ("brands", "places"):
        castline.done("pronunciations", "import", name, "-", stdin=b"text,alias\nAWS,Amazon\n")

    assert offered(castline, "castline", "say", "--pronunciation-set", "") == ["brands", "places"]
    assert offered(castline, "castline", "pronunciations", "delete", "b") == ["brands"]


def test_nothing_is_offered_while_nothing_answers(castline: Castline) -> None:
    castline.environment["CASTLINE_API"] = "http://127.0.0.1:1"

    assert offered(castline, "castline", "say", "--voice", "zh-TW") == []


def test_a_slow_service_is_not_waited_for(castline: Castline) -> None:
    is_over = threading.Event()

    class Slow(ForwardingHandler):
        def handle_any(self) -> None:
            is_over.wait(PATIENCE_SECONDS)

    class SlowServer(ForwardingServer):
        handler = Slow

    castline.program = INSTALLED  # the program of these tests is patient
    with SlowServer() as server:
        castline.environment["CASTLINE_API"] = server.url
        started = time.monotonic()

        assert offered(castline, "castline", "voices", "--language", "zh") == []
        assert time.monotonic() - started < PATIENCE_SECONDS / 2
        is_over.set()
