"""Questions about a script, and answers to them, as JSON."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from castline.api.answer_fields import left_out_when_none
from castline.api.fields import SPEAKABLE_PATTERN, Request, speakable
from castline.api.messages import choice_label, question_message
from castline.api.negotiation import Language
from castline.jobs import limits
from castline.scripts.questions import CHOICES, Choice, Question, QuestionKind


class ScriptAnswer(Request):
    """An answer to a question of an earlier parse of the same script."""

    question: Annotated[QuestionKind, Field(strict=False)]
    speaker: Annotated[
        str,
        Field(max_length=limits.MAX_SPEAKER_CHARACTERS, json_schema_extra={"pattern": SPEAKABLE_PATTERN}),
        AfterValidator(speakable),
    ] = ""
    """The question's `speaker`."""
    choice: Annotated[Choice, Field(strict=False)]
    """One of the question's choices."""

    @model_validator(mode="after")
    def _is_a_choice_of_the_question(self) -> Self:
        choices = CHOICES[self.question]
        if self.choice not in choices:
            raise PydanticCustomError(
                "choice_of_question", "not a choice of the question", {"choices": ", ".join(choices)}
            )
        return self


class ChoiceSchema(BaseModel):
    """An answer to choose."""

    choice: Choice
    label: str
    """The meaning of the choice, in the language of the answer."""


class QuestionSchema(BaseModel):
    """A question about a script, with the answers to choose from. Nothing has to be answered."""

    model_config = ConfigDict(revalidate_instances="always")

    question: QuestionKind
    speaker: str
    """The speaker that it is about; empty where it is about the whole script."""
    other: str | None = left_out_when_none()
    """The spelling that the turns of `speaker` get by the choice `join`."""
    lines: list[int]
    """Numbers of the script's lines that it is about, counted from 1: the first 1,000."""
    message: str
    choices: list[ChoiceSchema]

    @classmethod
    def of(cls, question: Question, language: Language) -> Self:
        """Return ``question`` in ``language``."""
        context = {
            "speaker": question.speaker,
            "other": question.other or "",
            "count": len(question.lines),
            "line": question.lines[0] if question.lines else 1,
        }
        return cls(
            question=question.kind,
            speaker=question.speaker,
            other=question.other,
            lines=list(question.lines),
            message=question_message(question.kind, context, language),
            choices=[
                ChoiceSchema(choice=choice, label=choice_label(question.kind, choice, context, language))
                for choice in CHOICES[question.kind]
            ],
        )
