"""JSON schemas of questions about a script, and of answers to them."""

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
    """An answer to a question from an earlier parse of the same script."""

    question: Annotated[QuestionKind, Field(strict=False)]
    """The `question` that is answered."""
    speaker: Annotated[
        str,
        Field(max_length=limits.MAX_SPEAKER_CHARACTERS, json_schema_extra={"pattern": SPEAKABLE_PATTERN}),
        AfterValidator(speakable),
    ] = ""
    """The `speaker` of the question."""
    choice: Annotated[Choice, Field(strict=False)]
    """One of the choices of the question."""

    @model_validator(mode="after")
    def _is_a_choice_of_the_question(self) -> Self:
        choices = CHOICES[self.question]
        if self.choice not in choices:
            raise PydanticCustomError(
                "choice_of_question", "not a choice of the question", {"choices": ", ".join(choices)}
            )
        return self


class ChoiceSchema(BaseModel):
    """A possible answer to a question."""

    choice: Choice
    """The value for `choice` in an answer."""
    label: str
    """The meaning of the choice, in the language of the response."""


class QuestionSchema(BaseModel):
    """A question about a script, with the possible answers. Answering is optional."""

    model_config = ConfigDict(revalidate_instances="always")

    question: QuestionKind
    """The kind of the question."""
    speaker: str
    """The speaker that the question is about; empty if it is about the whole script."""
    other: str | None = left_out_when_none()
    """The spelling that the turns of `speaker` get with the choice `join`."""
    lines: list[int]
    """The numbers of the first 1,000 lines of the script that the question is about, counted from 1."""
    message: str
    """The question as a sentence, in the language of the response."""
    choices: list[ChoiceSchema]
    """The possible answers."""

    @classmethod
    def of(cls, question: Question, language: Language) -> Self:
        """Return the schema of ``question``, with its messages in ``language``."""
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
