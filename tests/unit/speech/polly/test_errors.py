from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.speech.errors import (
    ProviderAuthFailed,
    ProviderMisconfigured,
    ProviderQuotaExceeded,
    ProviderRejectedInput,
    ProviderThrottled,
    ProviderUnavailable,
    VoiceNotFound,
)
from castline.speech.providers.polly.errors import error_from_answer


def answer(code: str, status: int = 400, message: str = "") -> dict[str, Any]:
    return {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}


def test_an_error_is_classified() -> None:
    for code, status, error in [
        ("ThrottlingException", 400, ProviderThrottled), ("Throttling", 400, ProviderThrottled),
        ("TooManyRequests", 429, ProviderThrottled),
        ("ServiceFailureException", 500, ProviderUnavailable),
        ("InternalFailure", 500, ProviderUnavailable), ("ServiceUnavailable", 503, ProviderUnavailable),
        ("TextLengthExceededException", 400, ProviderRejectedInput),
        ("InvalidSsmlException", 400, ProviderRejectedInput),
        ("LanguageNotSupportedException", 400, ProviderRejectedInput),
        ("ValidationException", 400, ProviderRejectedInput), ("EngineNotSupportedException", 400, VoiceNotFound),
        ("InvalidSampleRateException", 400, ProviderMisconfigured),
        ("MarksNotSupportedForFormatException", 400, ProviderMisconfigured),
        ("SsmlMarksNotSupportedForTextTypeException", 400, ProviderMisconfigured),
        ("UnknownOperationException", 404, ProviderMisconfigured),
        ("ServiceQuotaExceededException", 402, ProviderQuotaExceeded),
        ("AccessDeniedException", 400, ProviderAuthFailed),
        ("UnrecognizedClientException", 403, ProviderAuthFailed),
        ("ExpiredTokenException", 400, ProviderAuthFailed),
        ("InvalidSignatureException", 403, ProviderAuthFailed),
        ("", 403, ProviderAuthFailed), ("", 302, ProviderUnavailable),
    ]:  # fmt: skip
        assert type(error_from_answer(answer(code, status))) is error


@pytest.mark.parametrize(
    "message",
    [
        "1 validation error detected: Value 'Nobody' at 'voiceId' failed to satisfy constraint: Member must satisfy…",
        "This voice does not support the selected engine: neural",
    ],
)
def test_a_voice_that_is_not_there_is_told_from_other_input(message: str) -> None:
    assert type(error_from_answer(answer("ValidationException", message=message))) is VoiceNotFound


@given(code=st.text() | st.just("a secret text"), status=st.integers(100, 599))
def test_whatever_is_answered_is_an_error_without_its_message(code: str, status: int) -> None:
    error = error_from_answer(answer(code, status, "a secret text"))

    assert "secret" not in str(error)


@pytest.mark.parametrize("answered", [{}, {"Error": {}}, {"Error": {"Code": None}, "ResponseMetadata": {}}])
def test_an_answer_without_the_usual_parts_is_an_error_too(answered: dict[str, Any]) -> None:
    assert type(error_from_answer(answered)) is ProviderUnavailable
