"""Errors of speech synthesis.

    SpeechError
    ├── TransientSpeechError        a retry may succeed
    │   ├── ProviderThrottled
    │   ├── ProviderTimedOut
    │   └── ProviderUnavailable
    └── PermanentSpeechError        a retry cannot succeed
        ├── EmptyAudio
        ├── ProviderAuthFailed
        ├── ProviderMisconfigured
        ├── ProviderQuotaExceeded
        ├── ProviderRejectedInput
        └── VoiceNotFound

The workflow's retry rules name these classes: after renaming one, change ``workflow.asl.json`` too.
``CutUncertain`` is not a SpeechError, because the provider has spoken the text.
"""

from __future__ import annotations


class SpeechError(Exception):
    """Base class: synthesis failed. The message is for operators and holds no dialogue text and no key."""


class TransientSpeechError(SpeechError):
    """Base class: a retry may succeed."""


class ProviderThrottled(TransientSpeechError):
    """The provider received too many requests, at once or within a period."""


class ProviderTimedOut(TransientSpeechError):
    """The provider took too long to send the first audio, or all of it."""


class ProviderUnavailable(TransientSpeechError):
    """The provider could not be reached, dropped the connection, or had an internal error."""


class PermanentSpeechError(SpeechError):
    """Base class: a retry cannot succeed. The input, the account or the configuration has to change."""


class EmptyAudio(PermanentSpeechError):
    """The provider reported success and sent no audio."""


class ProviderAuthFailed(PermanentSpeechError):
    """The provider refused the key."""


class ProviderMisconfigured(PermanentSpeechError):
    """The address does not serve the expected speech API: the region, host or resource is wrong."""


class ProviderQuotaExceeded(PermanentSpeechError):
    """The account's quota is used up."""


class ProviderRejectedInput(PermanentSpeechError):
    """The provider refused the text or its markup."""


class VoiceNotFound(PermanentSpeechError):
    """The provider has no such voice."""


class CutUncertain(Exception):
    """The boundaries between utterances that were spoken in one request could not be found.

    The utterances can be spoken one by one instead.
    """
