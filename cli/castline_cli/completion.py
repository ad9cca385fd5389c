"""Shell completions of voices, jobs and so on. There are none if the service does not answer quickly.

Each function yields all values; typer removes those that do not begin with the typed text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator  # noqa: TC003 (typer reads annotations at run time)
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import typer  # noqa: TC002 (the same)

from castline_cli import shown
from castline_cli.session import Session
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from castline_cli.api import Json

_SECONDS: Final = 1.0
"""Maximum seconds for a completion."""
_JOBS: Final = 50
_TITLE_CHARACTERS: Final = 20
"""Maximum characters of a title. Each may be two columns wide, and typer wraps longer explanations."""
_SPECIAL: Final = re.compile(r"""[!"#$%&'()*/:;<=>?@\[\\\]^`{|}~]+""")
_MANY_LANGUAGES: Final = "mul"
"""The language of a voice that speaks every language (ISO 639-2)."""


def complete_voice(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Yield the voices, after ``SPEAKER=`` if it was typed, each with its name, language and gender."""
    for voice in _voices(context):
        explanation = f"{voice['name']}, {voice['language_name']}, {t(voice['gender'])}"
        yield f"{_speaker_in(incomplete)}{voice['voice_id']}", explanation


def complete_style(context: typer.Context, incomplete: str) -> Iterator[str]:
    """Yield the styles of the voices that were chosen before on the command line, or of all voices."""
    chosen = {each.rpartition("=")[2].strip() for each in context.params.get("voice") or ()}
    styles = {
        style for voice in _voices(context) if not chosen or voice["voice_id"] in chosen for style in voice["styles"]
    }
    yield from (f"{_speaker_in(incomplete)}{style}" for style in sorted(styles))


def complete_pronunciation_set(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Yield the names of the pronunciation sets, each with the number of its entries."""
    for found in _ask(context, "/pronunciations"):
        yield found["name"], t("{count} entries", count=found["entry_count"])


def complete_show(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Yield the names of the shows, each with its title."""
    for found in _ask(context, "/shows"):
        yield found["name"], _plain(found.get("title") or "")


def complete_sound(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Yield the ids of the sounds, each with its name and status."""
    for found in _ask(context, "/sounds"):
        yield found["id"], f"{_plain(found['name'])}, {t(found['status'])}"


def complete_webhook(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Yield ``job`` and the ids of the webhooks, each with the host of its URL."""
    yield "job", t("the webhook_url of single jobs")
    for found in _ask(context, "/webhooks"):
        yield found["id"], urlsplit(found["url"]).hostname or ""


def complete_job(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Yield ``last`` and the ids of the newest jobs, each with its status, time and title."""
    yield "last", t("the newest job")
    for job in _ask(context, "/jobs", {"limit": _JOBS}):
        title = _plain(job.get("title", ""))
        yield job["id"], ", ".join(filter(None, (t(job["status"]), job["created_at"], title)))


def complete_language(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Yield the languages of the voices, after ``SPEAKER=`` if it was typed, each with its name."""
    languages = {voice["language"]: voice["language_name"] for voice in _voices(context)}
    languages.pop(_MANY_LANGUAGES, None)
    for tag, name in sorted(languages.items()):
        yield f"{_speaker_in(incomplete)}{tag}", name


def complete_provider(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Yield the ids of the speech providers, each with its name."""
    for provider in _ask(context, "/providers"):
        yield provider["id"], provider["name"]


def mend_bash_words(environment: MutableMapping[str, str]) -> None:
    """Restore the words that were typed: bash splits ``A=zh`` into ``A``, ``=`` and ``zh``.

    The last word keeps only the text after the ``=``, because that is the text that bash replaces.
    """
    current = int(environment.get("COMP_CWORD", "0"))
    words: list[str] = []
    for word in [*environment.get("COMP_WORDS", "").split("\n"), ""][: current + 1]:
        if words and (word == "=" or words[-1].endswith("=")):
            words[-1] += word
        else:
            words.append(word)
    words[-1] = words[-1].rpartition("=")[2]
    environment["COMP_WORDS"] = "\n".join(words)
    environment["COMP_CWORD"] = str(len(words) - 1)


def _plain(text: str) -> str:
    """Return the beginning of a free text for an explanation.

    Shells evaluate explanations: nothing of it may be a command, a quote or a mark of the explanation's.
    """
    return _SPECIAL.sub("", shown.line(text))[:_TITLE_CHARACTERS].strip()


def _speaker_in(incomplete: str) -> str:
    """Return what stands before the value that is typed: ``SPEAKER=``, or nothing."""
    speaker, separator, _value = incomplete.rpartition("=")
    return f"{speaker}{separator}"


def _voices(context: typer.Context) -> list[Json]:
    """Return the voices of the provider named before on the command line, or of the first provider."""
    return _ask(context, "/voices", {"provider": context.params.get("provider")})


def _ask(context: typer.Context, path: str, query: dict[str, Any] | None = None) -> list[Json]:
    """Return the items of a list of the API's; return none if the API refuses or does not answer in time."""
    import httpx

    from castline_cli.errors import CastlineError

    options = {"timeout": httpx.Timeout(_SECONDS), "pauses_seconds": (), "on_pause": lambda _why: None}
    try:
        with Session.of(context).api(**options) as api:
            items: list[Json] = api.get(path, query).body["items"]
    except CastlineError:
        return []
    return items
