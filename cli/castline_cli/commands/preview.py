"""``castline preview``: plays a short text in one voice."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from castline_cli import shown
from castline_cli.casting import Choice, read_delivery
from castline_cli.commands.jobs import ForceOption, JsonOption  # noqa: TC001 (typer reads annotations at run time)
from castline_cli.completion import complete_language, complete_voice
from castline_cli.files import Target
from castline_cli.output import remark, say
from castline_cli.providers import ProviderOption, provider_id
from castline_cli.scripts import given, languages_of_text, narrator
from castline_cli.session import Session
from castline_cli.speaking_options import LiteralOption  # noqa: TC001 (the same)
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline_cli.api import Json
    from castline_client.steps import Flow
    from castline_client.transfers import Offer

EXAMPLES: Final = """\b
Examples:
  castline preview "Good morning!" --voice Jenny --style cheerful
  castline preview 早安 --voice 曉雨 -o morning.mp3"""
_NAME: Final = "preview.mp3"


def preview(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Up to 200 characters.")],
    voice: Annotated[
        str | None,
        typer.Option(
            metavar="VOICE",
            help="The name or id of a voice. [default: a voice for the text's language]",
            autocompletion=complete_voice,
            show_default=False,
        ),
    ] = None,
    style: Annotated[
        str | None, typer.Option(metavar="STYLE", help="The speaking style, such as cheerful, if the voice has it.")
    ] = None,
    style_degree: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="The strength of the style: 0.01 to 2.")
    ] = None,
    speed: Annotated[str | None, typer.Option(metavar="NUMBER", help="The speed: 0.5 to 2.")] = None,
    pitch: Annotated[str | None, typer.Option(metavar="PERCENT", help="The change of pitch: -20 to 20.")] = None,
    volume: Annotated[str | None, typer.Option(metavar="NUMBER", help="The volume: 0 to 2.")] = None,
    language: Annotated[
        str | None,
        typer.Option(
            metavar="TAG",
            help="The language of the text, such as zh-TW. By default it is guessed from the text.",
            autocompletion=complete_language,
        ),
    ] = None,
    provider: ProviderOption = None,
    literal: LiteralOption = False,
    out: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="A file, a folder, or - for standard output. Without it, the audio is played.",
        ),
    ] = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Listen to a short text in a voice, immediately.

    A preview is billed. A job with the same text and voice is not billed for it again.
    """
    from castline_cli.cast import Chosen, cast_speakers
    from castline_cli.player import find_player, play
    from castline_cli.script_warnings import ScriptWarnings
    from castline_cli.voice_names import VoiceNames
    from castline_client.transfers import file_pieces

    session = Session.of(context)
    target = Target.of(out, force=force) if out else None
    if target is not None:
        target.demand_binary()
    player = find_player() if target is None and not as_json else ()
    chosen = Chosen(
        voices=Choice.read("voice_id", _one(voice)),
        choices=read_delivery(
            speed=_one(speed),
            pitch=_one(pitch),
            volume=_one(volume),
            style=_one(style),
            style_degree=_one(style_degree),
        ),
        members={},
        language=language,
        preferred=session.preferred_languages(),
    )
    for choice in (chosen.voices, *chosen.choices):
        choice.only()
    markup = given(markup="literal" if literal else None)
    with session.api() as api:
        names = VoiceNames(api, provider_id(api, provider))
        languages = {} if language else languages_of_text(api, text, markup)
        cast = cast_speakers(api, [narrator()], [], languages, chosen, names)
        cast.tell(is_text=True)
        [assignment] = cast.assignments
        how = {name: value for name, value in assignment.items() if name not in {"speaker", "voice_name"}}
        request = {"provider": names.provider, "text": text, "dialogue_language": cast.language, **how, **markup}
        answer = api.post("/previews", request)
        found: dict[str, Any] = answer.body
        warnings = ScriptWarnings(t("the text"), text)
        warnings.tell_of_turns(found["warnings"], [{"index": 0, "line": 1}])
        pieces = api.iterate(file_pieces(_offer(found), lambda: _offered_again(request)))
        path = None if target is None else target.receive(pieces, _NAME)
        if player:
            with tempfile.TemporaryDirectory() as folder:
                played = Path(folder) / _NAME
                played.write_bytes(b"".join(pieces))
                play(played, player)
    if as_json:
        say(answer.text)
        return
    remark(
        t(
            "{duration}, {billed:,} characters billed, {cost}",
            duration=shown.duration(found["duration_ms"]),
            billed=found["billed_characters"],
            cost=shown.cost(found["cost"]),
        )
    )
    if path is not None:
        say(str(path))


def _offer(preview_: Mapping[str, Any]) -> Offer:
    from castline_client.transfers import Offer

    return Offer(url=preview_["audio_url"], filename=_NAME)


def _offered_again(request: Json) -> Flow[Offer]:
    """Request the preview again, to get a new URL. It is stored, so that it is not billed again."""
    from castline_client.operations import submitting

    return _offer((yield from submitting.preview(request)))


def _one(value: str | None) -> list[str] | None:
    return None if value is None else [value]
