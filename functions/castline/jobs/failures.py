"""Failures of jobs: the table of failure codes, with the errors that cause each and its message for the user.

The retry rules of ``workflow.asl.json`` name the transient errors. A test compares them with this table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_ZH, _EN = "zh-TW", "en"


class FailureCode(StrEnum):
    """Reason why a job failed."""

    EMPTY_AUDIO = "EMPTY_AUDIO"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    INTERRUPTED = "INTERRUPTED"
    PROVIDER_AUTH_FAILED = "PROVIDER_AUTH_FAILED"
    PROVIDER_MISCONFIGURED = "PROVIDER_MISCONFIGURED"
    PROVIDER_QUOTA_EXCEEDED = "PROVIDER_QUOTA_EXCEEDED"
    PROVIDER_REJECTED_INPUT = "PROVIDER_REJECTED_INPUT"
    PROVIDER_THROTTLED = "PROVIDER_THROTTLED"
    PROVIDER_UNAVAILABLE = "PROVIDER_UNAVAILABLE"
    SEGMENTS_EXPIRED = "SEGMENTS_EXPIRED"
    SEGMENT_BROKEN = "SEGMENT_BROKEN"
    STOPPED_BY_OPERATOR = "STOPPED_BY_OPERATOR"
    TIMEOUT = "TIMEOUT"
    VOICE_NOT_FOUND = "VOICE_NOT_FOUND"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureKind:
    """Messages, details and errors of one failure code."""

    sentences: Mapping[str, str]
    """Messages for the job's user, by language tag. They may contain details, such as ``{turn_index}``."""
    sentences_without_details: Mapping[str, str] = field(default_factory=dict)
    """Messages for failures of which a detail is unknown."""
    details: tuple[str, ...] = ()
    """The fields of ``JobFailure`` that the messages contain."""
    transient: tuple[str, ...] = ()
    """Errors after which a retry may succeed, by their names in Step Functions.

    The name of a function's error is that of its exception class. The other names are AWS's own.
    """
    permanent: tuple[str, ...] = ()
    """Errors after which a retry cannot succeed."""


KINDS: Final[Mapping[FailureCode, FailureKind]] = MappingProxyType(
    {
        FailureCode.EMPTY_AUDIO: FailureKind(
            permanent=("EmptyAudio",),
            details=(
                "turn_index",
                "voice_id",
            ),
            sentences={
                _ZH: "index {turn_index} 這一句沒有產生聲音，請檢查文字內容與聲音「{voice_id}」的語言是否相符",
                _EN: "The turn of index {turn_index} made no sound. "
                "Does its text suit the language of the voice {voice_id}?",
            },
            sentences_without_details={
                _ZH: "有一句沒有產生聲音，請檢查文字內容與聲音的語言是否相符",
                _EN: "A turn made no sound. Does its text suit the language of its voice?",
            },
        ),
        FailureCode.INTERNAL_ERROR: FailureKind(
            transient=(
                "Lambda.AWSLambdaException",
                "Lambda.ClientExecutionTimeoutException",
                "Lambda.SdkClientException",
                "Lambda.ServiceException",
                "Lambda.Unknown",
                "Runtime.ExitError",
                "Runtime.OutOfMemory",
                "ServiceUnavailable",
            ),
            sentences={
                _ZH: "系統發生錯誤，請重新提交",
                _EN: "Something went wrong on our side. Please submit again.",
            },
        ),
        FailureCode.INTERRUPTED: FailureKind(
            sentences={_ZH: "系統中斷", _EN: "The job was interrupted. Please submit again."},
        ),
        FailureCode.PROVIDER_AUTH_FAILED: FailureKind(
            permanent=("ProviderAuthFailed",),
            sentences={
                _ZH: "語音服務拒絕了系統的金鑰，請聯絡管理員",
                _EN: "The speech provider refused our key. Please tell the operator.",
            },
        ),
        FailureCode.PROVIDER_MISCONFIGURED: FailureKind(
            permanent=("ProviderMisconfigured",),
            sentences={
                _ZH: "語音服務設定有誤，請聯絡管理員",
                _EN: "The speech provider is not set up correctly. Please tell the operator.",
            },
        ),
        FailureCode.PROVIDER_QUOTA_EXCEEDED: FailureKind(
            permanent=("ProviderQuotaExceeded",),
            sentences={
                _ZH: "語音服務的用量額度已用完，請聯絡管理員",
                _EN: "The quota at the speech provider is used up. Please tell the operator.",
            },
        ),
        FailureCode.PROVIDER_REJECTED_INPUT: FailureKind(
            permanent=("ProviderRejectedInput",),
            details=("turn_index",),
            sentences={
                _ZH: "語音服務無法處理 index {turn_index} 這一句，請修改文字後重新提交",
                _EN: "The speech provider cannot speak the turn of index {turn_index}. Please change its text.",
            },
            sentences_without_details={
                _ZH: "語音服務無法處理其中一句，請修改文字後重新提交",
                _EN: "The speech provider cannot speak one of the turns. Please change its text.",
            },
        ),
        FailureCode.PROVIDER_THROTTLED: FailureKind(
            transient=("ProviderThrottled",),
            sentences={
                _ZH: "語音服務忙碌中，重試後仍未成功，請稍後重新提交",
                _EN: "The speech provider was still busy after several retries. Please submit again later.",
            },
        ),
        FailureCode.PROVIDER_UNAVAILABLE: FailureKind(
            transient=(
                "ProviderTimedOut",
                "ProviderUnavailable",
            ),
            sentences={
                _ZH: "語音服務暫時無法使用，重試後仍未成功，請稍後重新提交",
                _EN: "The speech provider was still unavailable after several retries. Please submit again later.",
            },
        ),
        FailureCode.SEGMENTS_EXPIRED: FailureKind(
            permanent=("SegmentsExpired",),
            sentences={
                _ZH: "這段對話的語音已不再保存，請重新提交對話以重新合成",
                _EN: "The speech of this dialogue is no longer stored. "
                "Please submit the dialogue again to have it spoken anew.",
            },
        ),
        FailureCode.SEGMENT_BROKEN: FailureKind(
            permanent=("BrokenSegment",),
            details=("turn_index",),
            sentences={
                _ZH: "index {turn_index} 這一句的聲音損毀，請重新提交",
                _EN: "The audio of the turn of index {turn_index} was damaged. Please submit again.",
            },
            sentences_without_details={
                _ZH: "其中一句的聲音損毀，請重新提交",
                _EN: "The audio of a turn was damaged. Please submit again.",
            },
        ),
        FailureCode.STOPPED_BY_OPERATOR: FailureKind(
            sentences={
                _ZH: "管理員停止了這個工作，請聯絡管理員",
                _EN: "An operator stopped this job. Please ask the operator why before you submit it again.",
            },
        ),
        FailureCode.TIMEOUT: FailureKind(
            permanent=(
                "JobOverdue",
                "Sandbox.Timedout",
                "States.Timeout",
            ),
            transient=("Lambda.TooManyRequestsException",),
            sentences={_ZH: "執行逾時", _EN: "The job took too long."},
        ),
        FailureCode.VOICE_NOT_FOUND: FailureKind(
            permanent=("VoiceNotFound",),
            details=(
                "turn_index",
                "voice_id",
            ),
            sentences={
                _ZH: "找不到 index {turn_index} 這一句使用的聲音「{voice_id}」，請換一個聲音",
                _EN: "There is no voice {voice_id}, which the turn of index {turn_index} asks for. "
                "Please choose another.",
            },
            sentences_without_details={
                _ZH: "找不到其中一個聲音，請換一個聲音",
                _EN: "The speech provider does not have one of the voices. Please choose another.",
            },
        ),
    }
)
"""All failure codes. An error that no entry names is a permanent INTERNAL_ERROR."""

_CODES: Final = {name: code for code, kind in KINDS.items() for name in (*kind.transient, *kind.permanent)}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailure:
    """Reason why a job failed and, if known, the place in its dialogue. It holds no dialogue text."""

    code: FailureCode
    turn_index: int | None = None
    """The ``index`` of the turn that could not be spoken."""
    voice_id: str | None = None
    """The voice that the turn asked for."""

    @classmethod
    def of_error(cls, name: str, details: object = None) -> JobFailure:
        """Return the failure that an error causes.

        Args:
            name: the error's name in Step Functions.
            details: a mapping with ``turn_index`` and ``voice_id``. Anything else is ignored.
        """
        return cls.read(_CODES.get(name, FailureCode.INTERNAL_ERROR), details)

    @classmethod
    def read(cls, code: str, details: object) -> JobFailure:
        """Return a stored failure. An unknown code becomes INTERNAL_ERROR; unreadable details are ignored."""
        known = FailureCode(code) if code in set(FailureCode) else FailureCode.INTERNAL_ERROR
        values: dict[Any, Any] = details if isinstance(details, dict) else {}
        turn_index, voice_id = values.get("turn_index"), values.get("voice_id")
        return cls(
            code=known,
            turn_index=turn_index if type(turn_index) is int else None,
            voice_id=voice_id if isinstance(voice_id, str) else None,
        )

    @property
    def details(self) -> dict[str, int | str]:
        """The known details, by field name."""
        known = {"turn_index": self.turn_index, "voice_id": self.voice_id}
        return {name: value for name, value in known.items() if value is not None}

    def sentence(self, language: str) -> str:
        """Return the message that tells the user why the job failed and what to do about it.

        Args:
            language: the tag of a language in which ``KINDS`` has messages.
        """
        kind, details = KINDS[self.code], self.details
        if not details.keys() >= set(kind.details):
            return kind.sentences_without_details[language]
        sentence = kind.sentences[language]
        for name in kind.details:
            sentence = sentence.replace(f"{{{name}}}", str(details[name]))
        return sentence
