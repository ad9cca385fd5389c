"""Cast of a script: the voices that the user has chosen, and voices from the service for all other speakers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from castline_cli.casting import demand_known, quoted
from castline_cli.output import complain
from castline_cli.scripts import WHOLE
from castline_cli.speakers import speaker_key
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from castline_cli.api import Api, Json
    from castline_cli.casting import Choice
    from castline_cli.voice_names import VoiceNames


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Choices of a user about a cast. Options override the members of a cast file or a show.

    Attributes:
        voices: the values of ``--voice``.
        choices: the values of the options about delivery, and of ``--language`` for single speakers.
        members: the members of a cast file and a show: fields by speaker key.
        language: the language of the script; None to guess it.
        preferred: the languages of the user, most preferred first.
    """

    voices: Choice
    choices: Sequence[Choice]
    members: Mapping[str, Json]
    language: str | None
    preferred: Sequence[str]

    def member(self, key: str) -> Json:
        """Return the fields of a speaker. Its ``voice_id`` may be a name or missing."""
        said = {**self.members.get(key, {})}
        own = self.voices.own.get(key)
        voice = own[1] if own is not None else said.get("voice_id", self.voices.common)
        said |= {} if voice is None else {"voice_id": voice}
        return said | {choice.field: choice.of(key) for choice in self.choices if choice.of(key) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A voice for every speaker.

    Attributes:
        assignments: the ``voice_assignments`` of a job.
        language: the language of most turns.
        dealt: the speakers whose voice the service has chosen, each with the voice's name, for messages.
        notes: sentences from the service about its assumptions.
    """

    assignments: list[Json]
    language: str
    dealt: Sequence[tuple[str, str]]
    notes: Sequence[str]

    def tell(self, *, is_text: bool = False) -> None:
        """Print the voices that the service has chosen, and its assumptions. Print nothing if it has chosen none."""
        if not self.dealt:
            return
        if is_text:
            complain(t("voice: {voice} (use --voice NAME to choose another)", voice=self.dealt[0][1]))
            self._tell_notes()
            return
        told = t(", ").join(t("{speaker}: {voice}", speaker=speaker, voice=voice) for speaker, voice in self.dealt)
        example = f"--voice {quoted(self.dealt[0][0])}=NAME"
        complain(t("voices: {told} (use {example} to choose another)", told=told, example=example))
        self._tell_notes()

    def _tell_notes(self) -> None:
        for note in self.notes:
            complain(note)


def cast_speakers(
    api: Api,
    speakers: Sequence[str],
    turns: Iterable[Json],
    languages: Mapping[str, str],
    chosen: Chosen,
    names: VoiceNames,
) -> Cast:
    """Choose a voice for every speaker.

    Args:
        api: the service.
        speakers: the speakers of the script, spelled as in the job.
        turns: the turns of the script.
        languages: the guessed language of each speaker, and of the whole script.
        chosen: what the user has chosen.
        names: the voices of the speech provider.

    Raises:
        Misused: several voices have the name of a chosen voice.
        Refused: the service does not have the provider.
    """
    members = [chosen.member(speaker_key(speaker)) for speaker in speakers]
    spoken = [
        member.get("language") or chosen.language or languages.get(speaker)
        for speaker, member in zip(speakers, members, strict=True)
    ]
    for member, language in zip(members, spoken, strict=True):
        if "voice_id" in member:
            member["voice_id"] = names.id_of(member["voice_id"], language=language)
    parts = [
        {
            "speaker": speaker,
            **({"voice_id": member["voice_id"]} if "voice_id" in member else {}),
            **({"language": language} if language is not None else {}),
        }
        for speaker, member, language in zip(speakers, members, spoken, strict=True)
    ]
    request = {
        "provider": names.provider,
        "speakers": parts,
        "preferred_languages": [*chosen.preferred],
        **({"language": languages[WHOLE]} if WHOLE in languages else {}),
    }
    answer = api.post("/dialogues/cast", request).body
    assignments, dealt = [], []
    for speaker, member, found in zip(speakers, members, answer["speakers"], strict=True):
        is_own = member.get("voice_id", found["voice_id"]) == found["voice_id"]
        told = {"language": found["told_language"]} if is_own and found.get("told_language") else {}
        name = {"voice_name": found["voice_name"]} if is_own else {}
        assignments.append({"speaker": speaker, "voice_id": found["voice_id"], **name, **told, **member})
        if "voice_id" not in member:
            dealt.append((speaker, t("{name} ({id})", name=found["voice_name"], id=found["voice_id"])))
    tags = {found["speaker"]: found["language"] for found in answer["speakers"]}
    return Cast(
        assignments=assignments,
        language=chosen.language or _most_spoken(tags, turns),
        dealt=dealt,
        notes=answer["notes"],
    )


def demand_speakers(chosen: Chosen, speakers: Sequence[str]) -> None:
    """Require that options name only speakers of the script. Cast files and shows may have others.

    Raises:
        Misused: an option names another speaker.
    """
    demand_known((chosen.voices, *chosen.choices), speakers)


def _most_spoken(tags: Mapping[str, str], turns: Iterable[Json]) -> str:
    """Return the language of most turns. At a tie, return the one that occurs first."""
    counted = Counter(tags[turn["speaker"]] for turn in turns if turn.get("speaker") in tags)
    return max(counted, key=lambda tag: counted[tag]) if counted else next(iter(tags.values()))
