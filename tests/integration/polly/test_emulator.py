"""The emulator refuses the requests that Amazon Polly refuses, even where moto does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from castline.speech.providers.polly.session import make_client
from local.polly_speech import PollyEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator

SPOKEN = {
    "Engine": "neural",
    "OutputFormat": "pcm",
    "SampleRate": "16000",
    "Text": "<speak>Hello</speak>",
    "TextType": "ssml",
    "VoiceId": "Joanna",
}
MARKS = {"OutputFormat": "json", "SpeechMarkTypes": ["word"]}


@pytest.fixture
def client(emulator: PollyEmulator) -> Iterator[Any]:
    client = make_client("us-east-1", read_seconds=5)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"SampleRate": "24000"}, "InvalidSampleRateException"),
        ({"SpeechMarkTypes": ["word"]}, "MarksNotSupportedForFormatException"),
        ({"OutputFormat": "json"}, "MarksNotSupportedForFormatException"),
        ({**MARKS, "Engine": "generative"}, "ValidationException"),
        ({"VoiceId": "Nobody"}, "ValidationException"),
        ({"VoiceId": "Mizuki"}, "ValidationException"),
        ({"Text": "<speak>Tom & Ann</speak>"}, "InvalidSsmlException"),
        ({"Text": "<speak>isn't</speak>"}, "InvalidSsmlException"),
        ({"Text": "<speak><voice name='Amy'>Hello</voice></speak>"}, "InvalidSsmlException"),
        ({"Text": "<speak><prosody pitch='+5%'>Hello</prosody></speak>"}, "InvalidSsmlException"),
        ({"Text": "<speak><prosody rate='201%'>Hello</prosody></speak>"}, "InvalidSsmlException"),
        ({"Text": "<speak>{fault quake}</speak>"}, "InvalidSsmlException"),
        ({"Text": f"<speak>{'a' * 3_001}</speak>"}, "TextLengthExceededException"),
        ({"Text": f"<speak>{'<s/>' * 1_500}</speak>"}, "TextLengthExceededException"),
    ],
)
def test_what_polly_refuses_is_refused_with_its_code(client: Any, change: dict[str, Any], code: str) -> None:
    with pytest.raises(client.exceptions.ClientError) as refusal:
        client.synthesize_speech(**{**SPOKEN, **change})

    assert refusal.value.response["Error"]["Code"] == code
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_the_answer_says_what_is_billed(client: Any) -> None:
    answer = client.synthesize_speech(**SPOKEN | {"Text": '<speak><prosody rate="90%">R&amp;D</prosody></speak>'})

    assert answer["RequestCharacters"] == 3
    answer["AudioStream"].close()


def test_a_fault_strikes_as_often_as_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, emulator: PollyEmulator
) -> None:
    with PollyEmulator(voice_engine="tone", faults=["throttled times=1", "internal-error"]) as failing:
        monkeypatch.setenv("AWS_ENDPOINT_URL_POLLY", failing.url)
        client = make_client("us-east-1", read_seconds=5)
        codes = []
        for _ in range(3):
            with pytest.raises(client.exceptions.ClientError) as failure:
                client.synthesize_speech(**SPOKEN)
            codes.append(failure.value.response["Error"]["Code"])
        client.close()

    assert codes == ["ThrottlingException", "ServiceFailureException", "ServiceFailureException"]


def test_more_requests_than_the_limit_are_throttled(monkeypatch: pytest.MonkeyPatch, emulator: PollyEmulator) -> None:
    # Given a service that takes one request in a very long time
    with PollyEmulator(voice_engine="tone", requests_per_second=0.001) as limited:
        monkeypatch.setenv("AWS_ENDPOINT_URL_POLLY", limited.url)
        client = make_client("us-east-1", read_seconds=5)
        client.synthesize_speech(**SPOKEN)["AudioStream"].close()

        # When a second one comes
        with pytest.raises(client.exceptions.ClientError) as refusal:
            client.synthesize_speech(**SPOKEN)

        # Then it is refused, and not billed
        assert refusal.value.response["Error"]["Code"] == "ThrottlingException"
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert limited.bucket is not None
        assert limited.bucket.refusals == 1
        assert limited.billed_characters == len("Hello")
        # And the voices can still be listed
        assert client.describe_voices()["Voices"]
        client.close()


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="quake"):
        PollyEmulator(voice_engine="tone", faults=["quake"])
