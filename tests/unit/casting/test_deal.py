"""Deal of voices: who speaks with which voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from castline.casting.deal import Deal
from castline.casting.model import Cast, LanguageSource, NoteKind, Part, VoiceSource
from castline.casting.regions import normalized, with_region
from castline.speech.voice_list import MANY_LANGUAGES, Gender, Voice

if TYPE_CHECKING:
    from collections.abc import Sequence


def voice(voice_id: str, language: str, gender: str = "female", name: str = "") -> Voice:
    return Voice(
        voice_id=voice_id,
        name=name or voice_id,
        language=language,
        language_name=language,
        gender=Gender(gender),
    )


VOICES = [
    voice("HD", "zh-TW", "female"), voice("Chen", "zh-TW", "female", "曉臻"), voice("Yu", "zh-TW", "female"),
    voice("Jhe", "zh-TW", "male"), voice("Ava", "en-US", "female", "Ava"),
    voice("AvaMulti", "en-US", "female", "Ava Multilingual"),
    voice("BrianMulti", "en-US", "male", "Brian Multilingual"),
    voice("Jenny", "en-US", "female", "Jenny"), voice("Guy", "en-US", "male", "Guy"),
    voice("Sonia", "en-GB", "female", "Sonia"), voice("Ryan", "en-GB", "male", "Ryan"),
    voice("Xiaoxiao", "zh-CN", "female"), voice("Denise", "fr-FR", "female"),
]  # fmt: skip
MULTILINGUAL = {"AvaMulti", "BrianMulti"}


def deal(
    *parts: Part, language: str | None = None, preferred: Sequence[str] = (), voices: Sequence[Voice] = VOICES
) -> Cast:
    dealing = Deal(
        voices,
        takes_language=lambda voice_id, _tag: voice_id in MULTILINGUAL,
        is_plain=lambda voice_id: voice_id != "HD",
    )
    return dealing(parts, language=language, preferred=preferred)


def ids(cast: Cast) -> list[str]:
    return [member.voice.voice_id for member in cast.members]


def speakers(language: str, *names: str) -> list[Part]:
    return [Part(speaker=name, language=language) for name in names]


def test_women_and_men_take_turns_and_multilingual_voices_come_before_other_regions() -> None:
    cast = deal(*speakers("zh-TW", *"甲乙丙丁戊己庚"))

    assert ids(cast) == ["Chen", "Jhe", "Yu", "BrianMulti", "AvaMulti", "Xiaoxiao", "HD"]
    assert [member.told_language for member in cast.members] == [None, None, None, "zh-TW", "zh-TW", None, None]
    assert [(note.kind, note.speakers) for note in cast.notes] == [
        (NoteKind.MULTILINGUAL, ("丁", "戊")),
        (NoteKind.OTHER_REGION, ("己",)),
    ]


def test_a_voice_is_shared_only_when_all_have_been_dealt_and_that_is_told() -> None:
    cast = deal(*speakers("zh-TW", *"甲乙丙丁戊己庚辛"))

    assert ids(cast)[-1] == "Jhe"
    assert [member.is_shared for member in cast.members] == [False, True, *[False] * 5, True]
    assert (NoteKind.SHARED, ("乙", "辛")) in [(note.kind, note.speakers) for note in cast.notes]


def test_who_is_called_as_a_voice_of_the_language_has_it() -> None:
    cast = deal(*speakers("en-US", "Tom", "AVA", "Brian", "Sonia", "Guy"))

    assert ids(cast)[1:3] == ["Ava", "BrianMulti"]
    assert ids(cast)[4] == "Guy"
    assert [member.voice_source for member in cast.members] == [
        VoiceSource.DEALT, VoiceSource.NAME, VoiceSource.NAME, VoiceSource.DEALT, VoiceSource.NAME,
    ]  # fmt: skip
    assert "Sonia" not in ids(cast)


def test_changing_one_voice_changes_no_other() -> None:
    first = deal(*speakers("en", "Host", "Tom", "Eve"))
    kept = [Part(speaker=each.speaker, language="en", voice_id=each.voice.voice_id) for each in first.members]

    again = deal(Part(speaker="Host", language="en", voice_id="Guy"), *kept[1:])

    assert ids(again) == ["Guy", *ids(first)[1:]]
    assert {member.voice_source for member in again.members} == {VoiceSource.KEPT}


def test_a_voice_that_the_provider_does_not_have_is_dealt_anew() -> None:
    cast = deal(Part(speaker="A", language="fr", voice_id="nobody"))

    assert ids(cast) == ["Denise"]


def test_the_language_and_its_region_follow_from_what_is_known() -> None:
    for part, language, preferred, expected in [
        (Part(speaker="A", language="en"), "fr", ["fr-FR"], ("en-US", LanguageSource.GIVEN)),
        (Part(speaker="A", language="en"), None, ["de", "en-GB"], ("en-GB", LanguageSource.GIVEN)),
        (Part(speaker="A", language="en"), None, ["en-AU"], ("en-US", LanguageSource.GIVEN)),
        (Part(speaker="A", voice_id="Denise"), "en", [], ("fr-FR", LanguageSource.VOICE)),
        (Part(speaker="A"), "zh", ["zh-Hans"], ("zh-CN", LanguageSource.DIALOGUE)),
        (Part(speaker="A"), "zh", [], ("zh-TW", LanguageSource.DIALOGUE)),
        (Part(speaker="A"), None, ["zh-Hant-TW"], ("zh-TW", LanguageSource.PREFERRED)),
        (Part(speaker="A"), None, [], ("zh-TW", LanguageSource.DEFAULT)),
    ]:
        (member,) = deal(part, language=language, preferred=preferred).members

        assert (member.language, member.language_source) == expected


def test_what_was_assumed_is_told() -> None:
    assert [note.kind for note in deal(Part(speaker="A"), preferred=["fr"]).notes] == [NoteKind.LANGUAGE_PREFERRED]
    assert [note.kind for note in deal(Part(speaker="A")).notes] == [NoteKind.LANGUAGE_DEFAULT]


def test_a_voice_of_another_language_is_never_given_unannounced() -> None:
    only_french = [voice("Denise", "fr-FR")]

    cast = deal(*speakers("ja", "A"), voices=only_french)

    assert ids(cast) == ["Denise"]
    assert [note.kind for note in cast.notes] == [NoteKind.OTHER_LANGUAGE]


def test_a_voice_of_many_languages_needs_no_word_about_them() -> None:
    cast = deal(*speakers("ja", "A"), voices=[voice("alloy", MANY_LANGUAGES)])

    assert (ids(cast), cast.members[0].told_language, cast.notes) == (["alloy"], None, ())


@given(
    parts=st.lists(
        st.builds(
            Part,
            speaker=st.sampled_from(["Ava", "Guy", "小美", "A", "B"]),
            language=st.sampled_from([None, "en", "zh-TW", "fr", "ja", "zh"]),
            voice_id=st.sampled_from([None, "Ava", "Chen", "nobody"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_everybody_gets_a_voice_that_speaks_the_language_or_a_note_tells_otherwise(parts: list[Part]) -> None:
    cast = deal(*parts, preferred=["en-GB"])

    told = {speaker for note in cast.notes for speaker in note.speakers}
    assert [member.speaker for member in cast.members] == [part.speaker for part in parts]
    for part, member in zip(parts, cast.members, strict=True):
        if part.voice_id in {"Ava", "Chen"}:
            assert member.voice.voice_id == part.voice_id
        assert member.voice.language == member.language or member.speaker in told


def test_tags_are_brought_to_the_form_of_lists_of_voices() -> None:
    for tag, expected in [
        ("zh-Hant", "zh-TW"), ("zh-Hans-SG", "zh-SG"), ("no", "nb"), ("iw-IL", "he-IL"), ("yue", "zh-HK"),
        ("sr-latn-rs", "sr-Latn-RS"), ("EN-gb", "en-GB"), ("cmn-CN", "zh-CN"),
    ]:  # fmt: skip
        assert normalized(tag) == expected


def test_a_language_without_a_usual_region_gets_that_of_most_voices() -> None:
    assert with_region("sv", [], ["sv-FI", "sv-SE", "sv-SE"]) == "sv-SE"
    assert with_region("xx", [], ["sv-SE"]) == "xx"
