"""Translation of errors of Amazon Polly, and of the connection to it, into speech errors."""

from __future__ import annotations

import re
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from castline.speech.errors import (
    ProviderAuthFailed,
    ProviderMisconfigured,
    ProviderQuotaExceeded,
    ProviderRejectedInput,
    ProviderThrottled,
    ProviderTimedOut,
    ProviderUnavailable,
    VoiceNotFound,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from castline.speech.errors import SpeechError

# From https://docs.aws.amazon.com/polly/latest/dg/API_SynthesizeSpeech.html and, for errors of every AWS service,
# https://docs.aws.amazon.com/polly/latest/dg/CommonErrors.html.
_ERROR_BY_CODE: Final[Mapping[str, type[SpeechError]]] = MappingProxyType(
    {
        "EngineNotSupportedException": VoiceNotFound,
        "InvalidSampleRateException": ProviderMisconfigured,
        "InvalidSsmlException": ProviderRejectedInput,
        "LanguageNotSupportedException": ProviderRejectedInput,
        "LimitExceededException": ProviderQuotaExceeded,
        "MarksNotSupportedForFormatException": ProviderMisconfigured,
        "OptInRequired": ProviderAuthFailed,
        "RequestLimitExceeded": ProviderThrottled,
        "ServiceFailureException": ProviderUnavailable,
        "ServiceQuotaExceededException": ProviderQuotaExceeded,
        "SsmlMarksNotSupportedForTextTypeException": ProviderMisconfigured,
        "TextLengthExceededException": ProviderRejectedInput,
        "Throttling": ProviderThrottled,
        "ThrottlingException": ProviderThrottled,
        "TooManyRequestsException": ProviderThrottled,
        "ValidationException": ProviderRejectedInput,
    }
)
_ERROR_BY_STATUS: Final[Mapping[int, type[SpeechError]]] = MappingProxyType(
    {
        400: ProviderRejectedInput,
        401: ProviderAuthFailed,
        402: ProviderQuotaExceeded,
        403: ProviderAuthFailed,
        404: ProviderMisconfigured,
        405: ProviderMisconfigured,
        408: ProviderTimedOut,
        413: ProviderRejectedInput,
        429: ProviderThrottled,
    }
)
# Codes of refused credentials. AWS also sends them with status 400.
_CREDENTIALS_REFUSED: Final = re.compile(
    "AccessDenied|AuthFailure|ExpiredToken|IncompleteSignature|InvalidClientToken|InvalidSignature|"
    "MissingAuthenticationToken|NotAuthorized|RequestExpired|SignatureDoesNotMatch|UnrecognizedClient"
)
# The messages of a ValidationException for an unknown voice, and for a voice that the engine does not have.
_VOICE_REFUSED: Final = re.compile("at 'voiceId'|does not support the selected engine")
_CODE: Final = re.compile("[A-Za-z]{1,60}")


def error_from_answer(answer: Mapping[str, Any]) -> SpeechError:
    """Translate an answer that botocore raises as ``ClientError``.

    Args:
        answer: the error's ``response``. Its message can hold the text, so it never goes into the returned error.
    """
    code = str(answer.get("Error", {}).get("Code", ""))
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    error = _ERROR_BY_CODE.get(code) or _ERROR_BY_STATUS.get(status, ProviderUnavailable)
    if _CREDENTIALS_REFUSED.match(code):
        error = ProviderAuthFailed
    elif code == "ValidationException" and _VOICE_REFUSED.search(str(answer["Error"].get("Message", ""))):
        error = VoiceNotFound
    name = code if _CODE.fullmatch(code) else "an error"
    return error(f"Amazon Polly answered with {name}, HTTP status {status}")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Translate errors of botocore and urllib3 into ``castline.speech.errors`` while the block runs.

    Raises:
        SpeechError: its message names neither the text, nor the credentials, nor the address.
    """
    from botocore import exceptions as aws
    from botocore.parsers import ResponseParserError
    from urllib3.exceptions import HTTPError
    from urllib3.exceptions import TimeoutError as TransportTimeout

    try:
        yield
    except aws.ClientError as error:
        raise error_from_answer(error.response) from None
    except (aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError):
        raise ProviderAuthFailed("there are no AWS credentials") from None
    except (aws.NoRegionError, aws.InvalidRegionError):
        raise ProviderMisconfigured("the AWS region is missing or invalid") from None
    except ResponseParserError:
        raise ProviderMisconfigured("the answer from Amazon Polly's address is not one of Amazon Polly") from None
    except (aws.ReadTimeoutError, TransportTimeout):
        raise ProviderTimedOut("Amazon Polly timed out") from None
    except (aws.BotoCoreError, HTTPError, OSError) as error:
        raise ProviderUnavailable(f"Amazon Polly could not be reached: {type(error).__name__}") from None
