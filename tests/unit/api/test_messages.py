"""Message catalogue: every message of the API exists in every language."""

from __future__ import annotations

from itertools import product

from castline.api import errors, messages
from castline.api.negotiation import Language
from castline.casting.model import Note, NoteKind
from castline.jobs.failures import FailureCode, JobFailure
from castline.scripts.questions import CHOICES, QuestionKind
from castline.scripts.warnings import WarningKind
from castline.speech.voice_list import Gender, Voice


def test_every_error_has_a_message_in_every_language() -> None:
    for error, language in product(errors.ALL, Language):
        assert messages.error_message(error.code, language), error.code


def test_an_unknown_kind_of_problem_still_gets_a_sentence() -> None:
    for language in Language:
        assert messages.problem_message("no_such_kind", {}, language)


def test_every_warning_has_a_message_in_every_language_that_quotes_the_text() -> None:
    for kind, language in product(WarningKind, Language):
        assert "{x}" in messages.warning_message(kind, {"text": "{x}", "count": 2}, language)


def test_every_question_and_choice_has_words_in_every_language() -> None:
    context = {"speaker": "Maya", "other": "MAYA", "count": 2, "line": 3}

    for kind, language in product(QuestionKind, Language):
        assert messages.question_message(kind, context, language)
        assert all(messages.choice_label(kind, choice, context, language) for choice in CHOICES[kind])


def test_every_note_about_a_cast_names_whom_it_is_about_in_every_language() -> None:
    voice = Voice(voice_id="v", name="Ava", language="en-US", language_name="English", gender=Gender.FEMALE)

    for kind, language in product(NoteKind, Language):
        note = Note(kind=kind, speakers=("Ann", "Ben", "C", "D", "E", "F"), language="fr-FR", voice=voice)
        sentence = messages.cast_note(note, language, language_names={"en-US": "English"})

        assert "Ann" in sentence
        assert "E…" in sentence
        assert "fr-FR" in sentence or kind is NoteKind.SHARED


def test_the_time_out_reads_as_the_product_says() -> None:
    assert JobFailure(code=FailureCode.TIMEOUT).sentence(Language.CHINESE) == "執行逾時"
    assert JobFailure(code=FailureCode.INTERRUPTED).sentence(Language.CHINESE) == "系統中斷"
    assert messages.error_message("JOB_LIMIT_EXCEEDED", Language.CHINESE) == "已達並發上限，請等待現有工作完成"
