"""Features of the emulator beyond one plain voice: SSML, boundaries, the list of voices, and its sound."""

from __future__ import annotations

import contextlib
import json
import socket
import time
import urllib.error
import urllib.request
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from azure.cognitiveservices import speech as speechsdk

from castline.speech.errors import EmptyAudio, ProviderRejectedInput, VoiceNotFound
from castline.speech.language_tags import is_language_tag
from castline.speech.providers.azure.connection import AzureConnection, speech_config
from castline.speech.providers.azure.voice_ids import is_voice_id, takes_markup
from local.azure_speech.espeak import EspeakEngine
from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.ssml import Passage
from local.azure_speech.tone import MS_PER_CHARACTER
from local.azure_speech.voices import VOICES
from tests.integration.azure_speech.conftest import HSIAO_YU, KEY
from tests.patience import PATIENCE_MS, PATIENCE_SECONDS

if TYPE_CHECKING:
    from castline.speech.providers.azure.connection import SpokenAudio

BYTES_PER_MS = 48
SAMPLE_RATE_HZ = 24_000
HIGH_DEFINITION = [name for name, entry in VOICES.items() if entry.is_high_definition]


def config_for(emulator: AzureSpeechEmulator) -> Any:
    return speech_config(
        key=KEY,
        region=None,
        host=emulator.host,
        first_chunk_timeout_ms=PATIENCE_MS,
        all_chunks_timeout_ms=PATIENCE_MS,
    )


def document(content: str) -> str:
    namespaces = 'xmlns="http://www.w3.org/2001/10/synthesis" xmlns:mstts="https://www.w3.org/2001/mstts"'
    return f'<speak version="1.0" {namespaces} xml:lang="zh-TW">{content}</speak>'


def speak(emulator: AzureSpeechEmulator, content: str) -> bytes:
    return listen(emulator, content, with_words=False).pcm


def listen(emulator: AzureSpeechEmulator, content: str, *, with_words: bool = True) -> SpokenAudio:
    connection = AzureConnection(config_for(emulator))
    try:
        return connection.speak(document(content), with_words=with_words)
    finally:
        connection.close()


def voice(content: str, name: str = HSIAO_YU) -> str:
    return f'<voice name="{name}">{content}</voice>'


@pytest.mark.parametrize(
    ("content", "duration_ms"),
    [
        (voice("一二三四"), 4 * MS_PER_CHARACTER),
        (voice("一二<break time='250ms'/>三四"), 4 * MS_PER_CHARACTER + 250),
        (voice("一二<break time='1.5s'/>三四"), 4 * MS_PER_CHARACTER + 1500),
        (voice("一二<break strength='strong'/>三四"), 4 * MS_PER_CHARACTER + 1000),
        (voice("<prosody rate='+100%'>一二三四</prosody>"), 2 * MS_PER_CHARACTER),
        (voice("<prosody rate='0.5'>一二</prosody>三四"), 6 * MS_PER_CHARACTER),
        (voice("<s>一二</s><s>三四</s>"), 4 * MS_PER_CHARACTER + 2 * 200),
        (voice("<p>一二三四</p>"), 4 * MS_PER_CHARACTER + 500),
        (voice("<emphasis>一二</emphasis>三四"), 4 * MS_PER_CHARACTER),
        (voice("一二") + voice("三四"), 4 * MS_PER_CHARACTER),
    ],
)
def test_ssml_is_honoured(content: str, duration_ms: int, emulator: AzureSpeechEmulator) -> None:
    assert len(speak(emulator, content)) == duration_ms * BYTES_PER_MS


def test_every_voice_is_silent_before_and_after_it_speaks() -> None:
    # Given a service whose voices have the silences of real ones
    with AzureSpeechEmulator(key=KEY, voice_engine="tone", with_silence=True) as emulator:
        # When two voices speak, with a break after the first
        pcm = speak(emulator, voice("一二<break/>") + "<voice name='en-US-AvaNeural'>三</voice>")

    # Then each is heard after its lead, and its tail follows it
    hsiao_yu, ava = VOICES[HSIAO_YU], VOICES["en-US-AvaNeural"]
    second_ms = hsiao_yu.lead_ms + 2 * MS_PER_CHARACTER + 750 + hsiao_yu.tail_ms
    assert len(pcm) == (second_ms + ava.lead_ms + MS_PER_CHARACTER + ava.tail_ms) * BYTES_PER_MS
    assert loud_ms(pcm) == [
        (hsiao_yu.lead_ms, hsiao_yu.lead_ms + 2 * MS_PER_CHARACTER),
        (second_ms + ava.lead_ms, second_ms + ava.lead_ms + MS_PER_CHARACTER),
    ]
    assert all(200 <= entry.tail_ms <= 800 for entry in VOICES.values())


def loud_ms(pcm: bytes) -> list[tuple[int, int]]:
    """Return the start and end of each loud stretch, ignoring silences of less than 50 ms."""
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, dtype="<i2").astype(int)) > 100) / (SAMPLE_RATE_HZ / 1000)
    stretches = np.split(loud, np.flatnonzero(np.diff(loud) >= 50) + 1)
    return [(round(stretch[0]), round(stretch[-1])) for stretch in stretches]


def test_a_higher_pitch_sounds_different(emulator: AzureSpeechEmulator) -> None:
    plain = speak(emulator, voice("一二"))
    high = speak(emulator, voice("<prosody pitch='+3st'>一二</prosody>"))

    assert len(high) == len(plain)
    assert high != plain


XIAOXIAO = "zh-CN-XiaoxiaoNeural"
AVA = "en-US-AvaMultilingualNeural"


def styled(content: str, attributes: str) -> str:
    return f"<mstts:express-as {attributes}>{content}</mstts:express-as>"


def test_a_style_changes_the_voice_and_more_so_at_a_higher_degree(emulator: AzureSpeechEmulator) -> None:
    contents = [
        "一二",
        styled("一二", "style='cheerful'"),
        styled("一二", "style='cheerful' styledegree='2'"),
        styled("一二", "style='sad'"),
    ]

    spoken = [speak(emulator, voice(content, XIAOXIAO)) for content in contents]

    assert len(set(spoken)) == len(spoken)
    assert len(set(map(len, spoken))) == 1


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (styled("一二", "style='sleepy'"), XIAOXIAO),
        (styled("一二", "role='Girl'"), XIAOXIAO),
        (styled("一二", "style='cheerful'"), HSIAO_YU),
        (styled("一二", "style='cheerful'"), HIGH_DEFINITION[0]),
        ("<phoneme alphabet='ipa' ph='?'>一二</phoneme>", HIGH_DEFINITION[0]),
        ("<lang xml:lang='tlh'>一二</lang>", HSIAO_YU),
        ("<lang xml:lang='de-DE'>一二</lang>", AVA),
        ("<sub alias='一二'>甲乙丙</sub>", HIGH_DEFINITION[0]),
        ("<sub alias='一二'>甲乙丙</sub>", HSIAO_YU),
    ],
)
def test_what_a_voice_does_not_have_is_ignored(content: str, name: str, emulator: AzureSpeechEmulator) -> None:
    assert speak(emulator, voice(content, name)) == speak(emulator, voice("一二", name))


def test_a_multilingual_voice_speaks_as_it_is_told() -> None:
    with AzureSpeechEmulator(key=KEY, voice_engine="espeak") as emulator:
        own = speak(emulator, voice("Die Jungen", AVA))
        german = speak(emulator, voice("<lang xml:lang='de-DE'>Die Jungen</lang>", AVA))

    assert german != own


def test_a_language_that_a_multilingual_voice_does_not_speak_is_a_success_without_audio(
    emulator: AzureSpeechEmulator,
) -> None:
    with pytest.raises(EmptyAudio):
        speak(emulator, voice("<lang xml:lang='tlh'>一二</lang>", AVA))


def speak_to_the_last_event(synthesizer: Any, ssml: str) -> None:
    """Speak a document, and wait until all words are told: the SDK may still be telling them when it has spoken."""
    completed = Event()
    synthesizer.synthesis_completed.connect(lambda _event: completed.set())
    synthesizer.speak_ssml_async(ssml).get()
    assert completed.wait(PATIENCE_SECONDS)
    synthesizer.synthesis_word_boundary.disconnect_all()
    synthesizer.synthesis_completed.disconnect_all()


def test_the_words_of_an_alias_are_reported_and_the_sdk_loses_its_place(emulator: AzureSpeechEmulator) -> None:
    # Given a document in which an alias has a word that follows it, too
    content = "the <sub alias='web team'>WT</sub> is a team that wins"
    synthesizer: Any = speechsdk.SpeechSynthesizer(speech_config=config_for(emulator), audio_config=None)
    heard: list[tuple[str, int]] = []
    synthesizer.synthesis_word_boundary.connect(lambda event: heard.append((event.text, event.text_offset)))

    # When it is spoken
    speak_to_the_last_event(synthesizer, document(voice(content, "en-US-AvaNeural")))

    # Then the alias is heard, and the SDK finds neither its words nor all of those after it
    assert [text for text, _ in heard] == ["the", "web", "team", "is", "a", "team", "that", "wins"]
    assert [text for text, offset in heard if offset == -1] == ["web", "is", "team", "that"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<voice", ProviderRejectedInput),
        ("text beside a voice", ProviderRejectedInput),
        ("<p>一</p>", ProviderRejectedInput),
        ("", ProviderRejectedInput),
        (voice("一") * 51, ProviderRejectedInput),
        (voice("<break time='soon'/>"), ProviderRejectedInput),
        (voice("<prosody rate='quick'>一</prosody>"), ProviderRejectedInput),
        (voice("<mstts:express-as style='sad' styledegree='2.01'>一</mstts:express-as>"), ProviderRejectedInput),
        (voice("<prosody rate='0.5'><lang xml:lang='de-DE'>一</lang></prosody>"), ProviderRejectedInput),
        (voice("<lang>一</lang>"), ProviderRejectedInput),
        (voice("<phoneme alphabet='ipa' ph='a'>一</phoneme>"), ProviderRejectedInput),
        (voice("<phoneme alphabet='sapi' ph='he 1'>喝</phoneme>"), ProviderRejectedInput),
        (voice("<phoneme alphabet='sapi' ph='ㄏㄜ'><s>喝</s></phoneme>"), ProviderRejectedInput),
        (voice("<phoneme alphabet='sapi' ph='ㄏㄜ'>喝</phoneme><phoneme>一</phoneme>"), ProviderRejectedInput),
        ("<voice name='zh-TW-NobodyNeural'>一</voice>", VoiceNotFound),
    ],
)
def test_ssml_is_refused(content: str, expected: type[Exception], emulator: AzureSpeechEmulator) -> None:
    with pytest.raises(expected, match="1007"):
        speak(emulator, content)

    assert [record.outcome for record in emulator.traffic.requests] == ["closed 1007"]


@pytest.mark.parametrize("name", HIGH_DEFINITION)
@pytest.mark.parametrize(
    "content", ["<prosody rate='+100%' pitch='+20%'>一二三四</prosody>", "<break time='2s'/>一二三四"]
)
def test_high_definition_voices_ignore_prosody_and_breaks(
    content: str, name: str, emulator: AzureSpeechEmulator
) -> None:
    assert speak(emulator, voice(content, name)) == speak(emulator, voice("一二三四", name))
    assert speak(emulator, voice(content)) != speak(emulator, voice("一二三四"))


@pytest.mark.parametrize("name", HIGH_DEFINITION)
def test_high_definition_voices_report_no_words(name: str, emulator: AzureSpeechEmulator) -> None:
    spoken = listen(emulator, voice("你好。", name) + voice("再見。"))

    assert [word.text for word in spoken.heard] == ["再", "見"]
    assert spoken.heard[0].start_ms == 3 * MS_PER_CHARACTER


def test_the_high_definition_voices_are_those_that_take_no_markup() -> None:
    assert HIGH_DEFINITION
    assert [name for name in VOICES if not takes_markup(name)] == HIGH_DEFINITION


TEN_MINUTES = "<break time='20s'/>" * 30


@pytest.mark.parametrize("too_much", ["一", "<break time='1ms'/>"])
def test_more_than_600_s_of_audio_are_refused(too_much: str, emulator: AzureSpeechEmulator) -> None:
    with pytest.raises(ProviderRejectedInput, match="1007"):
        speak(emulator, voice(TEN_MINUTES + too_much))

    assert [record.outcome for record in emulator.traffic.requests] == ["closed 1007"]


def test_600_s_of_audio_are_not_too_much(emulator: AzureSpeechEmulator) -> None:
    assert len(speak(emulator, voice(TEN_MINUTES))) == 600_000 * BYTES_PER_MS


@pytest.mark.parametrize(
    ("text", "name"),
    [("……", HSIAO_YU), ("「」", HSIAO_YU), (" ", HSIAO_YU), ("\u200b", HSIAO_YU), ("？！", HIGH_DEFINITION[0])],
)
def test_what_cannot_be_spoken_is_a_success_without_audio(text: str, name: str) -> None:
    # Given a service whose voices are silent before and after they speak
    with AzureSpeechEmulator(key=KEY, voice_engine="tone", with_silence=True) as emulator:
        # When a text without a letter, digit or symbol is spoken, alone and beside another
        with pytest.raises(EmptyAudio):
            speak(emulator, voice(text, name))
        alone, beside = speak(emulator, voice("一")), speak(emulator, voice(text, name) + voice("一"))

    # Then it adds nothing, not even silence, and no request has failed
    assert beside == alone
    assert {record.outcome for record in emulator.traffic.requests} == {"completed"}


def test_fifty_voices_are_not_too_many(emulator: AzureSpeechEmulator) -> None:
    assert speak(emulator, voice("一") * 50)


def test_word_boundaries_come_to_a_client_that_asks(emulator: AzureSpeechEmulator) -> None:
    # Given a client that listens to word boundaries
    heard: list[tuple[str, int, int]] = []
    synthesizer: Any = speechsdk.SpeechSynthesizer(speech_config=config_for(emulator), audio_config=None)
    synthesizer.synthesis_word_boundary.connect(
        lambda event: heard.append(
            (event.text, event.audio_offset // 10_000, round(event.duration.total_seconds() * 1000))
        )
    )

    # When it speaks
    speak_to_the_last_event(synthesizer, document(voice("你好 world。")))

    # Then each word is told in order, in proportion to its characters
    assert heard == [("你", 0, 100), ("好", 100, 100), ("world", 300, 500), ("。", 800, 100)]


def test_the_list_of_voices(emulator: AzureSpeechEmulator) -> None:
    # When the list is asked for with the key
    listed = get_voices(emulator, KEY)

    # Then it holds the catalogue, in the service's words
    assert 40 <= len(listed) <= 80
    assert all(is_voice_id(entry["ShortName"]) and is_language_tag(entry["Locale"]) for entry in listed)
    hsiao_yu = next(entry for entry in listed if entry["ShortName"] == HSIAO_YU)
    assert hsiao_yu["LocalName"] == "曉雨"
    assert hsiao_yu["Gender"] == "Female"
    assert hsiao_yu["Locale"] == "zh-TW"
    # And it tells the styles and the further languages of those that have any
    assert {entry["ShortName"] for entry in listed if "cheerful" in entry.get("StyleList", [])} >= {XIAOXIAO}
    assert not any("StyleList" in entry for entry in listed if entry["Locale"] == "zh-TW")
    assert {entry["ShortName"] for entry in listed if "de-DE" in entry.get("SecondaryLocaleList", [])} == {
        AVA,
        "en-US-AndrewMultilingualNeural",
        *HIGH_DEFINITION,
    }


def test_the_list_of_voices_through_the_sdk(emulator: AzureSpeechEmulator) -> None:
    synthesizer: Any = speechsdk.SpeechSynthesizer(speech_config=config_for(emulator), audio_config=None)

    listed = synthesizer.get_voices_async("zh-TW").get()

    assert {entry.local_name for entry in listed.voices} == {"曉臻", "曉雨", "雲哲"}


def test_the_list_of_voices_needs_the_key(emulator: AzureSpeechEmulator) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        get_voices(emulator, "wrong-key")

    assert refusal.value.code == 401
    refusal.value.close()


def get_voices(emulator: AzureSpeechEmulator, key: str) -> list[dict[str, Any]]:
    request = urllib.request.Request(  # noqa: S310 - the emulator's address
        emulator.host.replace("ws://", "http://") + "/cognitiveservices/voices/list",
        headers={"Ocp-Apim-Subscription-Key": key},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:  # noqa: S310
        listed: list[dict[str, Any]] = json.load(response)
    return listed


def test_every_voice_can_speak_and_none_sounds_like_another() -> None:
    # Given one short text for every voice
    engine = EspeakEngine()

    # When each voice speaks it
    spoken = {name: engine.speak(Passage("1 2", entry)) for name, entry in VOICES.items()}

    # Then each is heard, in a sound of its own
    assert all(len(pcm) > 300 * BYTES_PER_MS for pcm in spoken.values())
    assert len({(entry.espeak_voice, entry.espeak_pitch) for entry in VOICES.values()}) == len(VOICES)
    assert len({entry.tone_hz for entry in VOICES.values()}) == len(VOICES)


def test_kanji_take_as_long_as_a_reading() -> None:
    # Given the same words in kanji and in kana
    engine, nanami = EspeakEngine(), VOICES["ja-JP-NanamiNeural"]

    # When both are spoken
    kanji, kana = (
        len(engine.speak(Passage(text, nanami))) for text in ("今日は東京駅です", "きょうはとうきょうえきです")
    )

    # Then neither takes much longer
    assert 0.8 < kanji / kana < 1.4


def test_it_stops_at_once_where_a_client_has_connected_and_asked_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given an emulator that would wait long for connections to end, and a connection without a request
    monkeypatch.setattr("local.azure_speech.server._STOP_SECONDS", 120)
    emulator = AzureSpeechEmulator(voice_engine="tone")
    emulator.start()
    address, _, port = emulator.host.removeprefix("ws://").rpartition(":")
    with socket.create_connection((address, int(port)), timeout=PATIENCE_SECONDS) as connection:
        # When it is stopped
        started = time.monotonic()
        emulator.stop()

        # Then the connection is closed, and nobody has waited for it
        assert time.monotonic() - started < 60
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""
