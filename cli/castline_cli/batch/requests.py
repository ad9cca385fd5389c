"""Requests for the files of a batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from castline_cli.cast import Chosen, cast_speakers
from castline_cli.casting import Choice, demand_voices, only_voice
from castline_cli.script_warnings import ScriptWarnings
from castline_cli.scripts import given, languages_of_text, narrator, parse_script
from castline_cli.speakers import speaker_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from castline_cli.api import Api, Json
    from castline_cli.batch.sources import Entry
    from castline_cli.pronunciations import Entry as Pronunciation
    from castline_cli.uploads import Uploads
    from castline_cli.voice_names import VoiceNames


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Options that all files of a batch have in common.

    Attributes:
        voices: the voices of all speakers.
        choices: the other options about speakers, such as style and language.
        members: the members of a cast file and a show: fields by speaker key.
        names: the voices of the provider.
        language: the language of all scripts; None to guess the language of each script.
        preferred: the languages of the user, most preferred first.
        fields: the fields of every request.
        dialogue_fields: additional fields of the request for a script.
        markup: the field ``markup``, if it is to be sent.
        take: the take of all turns.
        answers: answers to questions about scripts; answers that do not apply to a script are ignored.
        music: parts of the music; a ``sound_id`` may be a reference.
        cover: the cover, whose ``sound_id`` may be a reference; empty without a cover.
        pronunciations: the pronunciations that were read from files, for messages.
        how_to_choose: the command that lists voices.
    """

    voices: Choice
    choices: Sequence[Choice]
    members: Mapping[str, Json]
    names: VoiceNames
    language: str | None
    preferred: Sequence[str]
    fields: Json
    dialogue_fields: Json
    markup: Mapping[str, Any]
    take: int | None
    answers: Sequence[Json]
    music: Mapping[str, Json]
    cover: Json
    pronunciations: Sequence[Pronunciation]
    how_to_choose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Request that can be sent.

    Attributes:
        path: the path of the request.
        request: the JSON body.
        turns: the turns, for warnings.
        warnings: the warnings about the script.
        speakers: the speaker keys.
    """

    path: str
    request: Json
    turns: Sequence[Json]
    warnings: ScriptWarnings
    speakers: frozenset[str]


def prepare(api: Api, entry: Entry, shared: Shared, uploads: Uploads) -> Prepared:
    """Read and parse the script of a file, cast it, upload its sounds, and return the request.

    Raises:
        FileProblem: the script or a sound cannot be read.
        Refused: the script cannot be parsed, or a sound cannot be used.
        Misused: a speaker has no voice.
    """
    voices = _voices_of(entry, shared)
    own = given(title=entry.title, author=entry.author, album=entry.album)
    chosen = Chosen(
        voices=voices,
        choices=shared.choices,
        members=shared.members,
        language=entry.language or shared.language,
        preferred=shared.preferred,
    )
    music = {name: dict(part) for name, part in shared.music.items()}
    cover = dict(shared.cover)
    if entry.text is not None:
        warnings = ScriptWarnings(entry.place, entry.text)
        turns: list[Json] = [{"index": 0, "line": 1}]
        only_voice(Choice(field="voice_id", own={}, common=voices.common), how_to_choose=shared.how_to_choose)
        languages = languages_of_text(api, entry.text, shared.markup) if chosen.language is None else {}
        alone = replace(chosen, members={})
        cast = cast_speakers(api, [narrator()], [], languages, alone, shared.names)
        how = {name: value for name, value in cast.assignments[0].items() if name != "speaker"}
        spoken = {"language": cast.language, **how, **given(take=shared.take), "text": entry.text}
        path, request = "/jobs/tts", {**shared.fields, **own, **spoken}
        speakers: frozenset[str] = frozenset()
    else:
        dialogue = parse_script(
            api, entry.script(), markup=shared.markup, take=shared.take, answers=shared.answers, may_ask=False
        )
        turns, warnings = dialogue.turns, dialogue.warnings
        demand_voices(dialogue.speakers, chosen.member, how_to_choose=shared.how_to_choose)
        cast = cast_speakers(api, dialogue.speakers, turns, dialogue.languages, chosen, shared.names)
        path = "/jobs"
        request = {
            **shared.fields,
            **shared.dialogue_fields,
            **own,
            "turns": turns,
            "voice_assignments": cast.assignments,
            "language": cast.language,
        }
        speakers = frozenset(speaker_key(each) for each in dialogue.speakers)
    uploads.insert_ids([*turns, *music.values(), cover])
    request |= given(music=music or None, cover_id=cover.get("sound_id"))
    return Prepared(path=path, request=request, turns=turns, warnings=warnings, speakers=speakers)


def _voices_of(entry: Entry, shared: Shared) -> Choice:
    """Return an entry's voices: its own override those of all files."""
    own, common = entry.voices, shared.voices
    return Choice(
        field=common.field,
        own={**common.own, **own.own},
        common=common.common if own.common is None else own.common,
    )
