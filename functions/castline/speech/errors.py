"""How speaking fails.

    SpeechError
    ├── TransientSpeechError        trying again may help
    │   ├── ProviderThrottled
    │   ├── ProviderTimedOut
    │   └── ProviderUnavailable
    └── PermanentSpeechError        trying again cannot help
        ├── EmptyAudio
        ├── ProviderAuthFailed
        ├── ProviderMisconfigured
        ├── ProviderQuotaExceeded
        ├── ProviderRejectedInput
        └── VoiceNotFound

The workflow's retry rules name these classes: renaming one is a change of ``workflow.asl.json`` too.
``CutUncertain`` is none of them: the provider has spoken.
"""

from __future__ import annotations


class SpeechError(Exception):
    """Speaking failed. The message is for operators and holds no dialogue text and no key."""


class TransientSpeechError(SpeechError):
    """Trying again may help."""


class ProviderThrottled(TransientSpeechError):
    """Too many requests at once, or too many in a while."""


class ProviderTimedOut(TransientSpeechError):
    """The provider was silent for too long, before or amid the audio."""


class ProviderUnavailable(TransientSpeechError):
    """The provider could not be reached, broke off, or had an internal error."""


class PermanentSpeechError(SpeechError):
    """Trying again cannot help: the input, the account or the configuration has to change."""


class EmptyAudio(PermanentSpeechError):
    """The provider reported success and sent no audio."""


class ProviderAuthFailed(PermanentSpeechError):
    """The provider refused the key."""


class ProviderMisconfigured(PermanentSpeechError):
    """The provider's address answers, but not as this service: a wrong region, host or resource."""


class ProviderQuotaExceeded(PermanentSpeechError):
    """The account's quota is used up."""


class ProviderRejectedInput(PermanentSpeechError):
    """The provider refused the text or its markup."""


class VoiceNotFound(PermanentSpeechError):
    """The provider has no such voice."""


class CutUncertain(Exception):
    """Several utterances were spoken together, and it cannot be told where one ends and the next begins.

    Speaking them one by one helps.
    """
