"""Estimated durations of many kinds of dialogues, compared with the recorded durations of their files.

The files were spoken by eSpeak NG on the local stack. tests/e2e/test_estimated_duration.py speaks some anew.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import pytest

from tests.e2e.dialogues import dialogue
from tests.integration.api.client import call
from tests.spoken_texts import ACCURACY, AMERICA, CHINESE, ENGLISH, TAIWAN

pytestmark = pytest.mark.usefixtures("functions_environment")


JAPANESE = (
    "おはようございます。昨日の夜はよく眠れましたか？",
    "いいえ、隣の人が夜中の二時まで家具を動かしていたんです。",
    "それは大変でしたね。話してみましたか？",
    "はい、でも笑って、週末には終わると言うだけでした。",
    "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。",
    "コンピューターのプログラミングは、毎日少しずつ勉強するのがいちばんです。",
)
MIXED = (
    "歡迎收聽 Castline 的 podcast，我是主持人小雨。",
    "今天我們要聊的是怎麼用 Python 寫一個 API，還有部署時常見的問題。",
    "很多人第一個問題是：這個 framework 要怎麼選？",
    "我的建議是先看 documentation，再看 community 有多活躍。",
    "如果 deadline 很緊，就用團隊最熟悉的工具。",
    "記得在 README 裡寫清楚 installation 的步驟，謝謝大家。",
)
MAINLAND = ("zh-CN-XiaoxiaoNeural", "zh-CN-YunxiNeural")
BRITAIN = ("en-GB-SoniaNeural", "en-GB-RyanNeural")
JAPAN = ("ja-JP-NanamiNeural", "ja-JP-KeitaNeural")


def talk(texts: tuple[str, ...], turns: int, voices: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """Return a dialogue of so many turns."""
    return dialogue(*islice(cycle(texts), turns), voices=voices, language=voices[0][:5], **changes)


def at_speed(speed: float, texts: tuple[str, ...], voices: tuple[str, str]) -> dict[str, Any]:
    request = talk(texts, 4, voices)
    for assignment in request["voice_assignments"]:
        assignment["speed"] = speed
    return request


def monologue(texts: tuple[str, ...], voice: str, **changes: Any) -> dict[str, Any]:
    return dialogue("".join(texts), voices=(voice, voice), language=voice[:5], **changes)


PAUSES = tuple(f"{text}<break time='1s'/>" for text in CHINESE)
DIALOGUES: dict[str, tuple[dict[str, Any], int]] = {
    "two short turns": (dialogue(), 1_316),
    "Chinese, 4 turns": (talk(CHINESE, 4, TAIWAN), 21_420),
    "Chinese, 10 turns": (talk(CHINESE, 10, TAIWAN), 58_243),
    "Chinese, mainland": (talk(CHINESE, 6, MAINLAND), 39_357),
    "Chinese, one slow voice": (talk(CHINESE, 6, ("zh-CN-YunxiNeural", "zh-CN-YunxiNeural")), 40_151),
    "Chinese, one fast voice": (talk(CHINESE, 6, ("zh-CN-XiaoxiaoNeural", "zh-CN-XiaoxiaoNeural")), 38_249),
    "Chinese, a monologue": (monologue(CHINESE, TAIWAN[0]), 56_479),
    "Chinese, at 0.5": (at_speed(0.5, CHINESE, TAIWAN), 42_997),
    "Chinese, at 0.8": (at_speed(0.8, CHINESE, TAIWAN), 27_264),
    "Chinese, at 1.3": (at_speed(1.3, CHINESE, TAIWAN), 16_282),
    "Chinese, at 2": (at_speed(2.0, CHINESE, TAIWAN), 10_558),
    "Chinese, without gaps": (talk(CHINESE, 5, TAIWAN, gap_ms=0, crossfade_ms=0), 28_570),
    "Chinese, long gaps": (talk(CHINESE, 5, TAIWAN, gap_ms=2_000), 36_370),
    "Chinese, overlapping": (talk(CHINESE, 5, TAIWAN, gap_ms=0, crossfade_ms=500), 26_580),
    "Chinese, pauses": (talk(PAUSES, 5, TAIWAN), 34_562),
    "Chinese, beats": (talk(("……", *CHINESE[:3]), 6, TAIWAN), 20_102),
    "Chinese, as WAV": (talk(CHINESE, 3, TAIWAN, output_format="wav"), 14_936),
    "Chinese, in studio quality": (talk(CHINESE, 3, TAIWAN, output_format="flac", quality="studio"), 14_937),
    "Cantonese": (talk(CHINESE, 6, ("zh-HK-HiuMaanNeural", "zh-HK-WanLungNeural")), 33_567),
    "English, 4 turns": (talk(ENGLISH, 4, AMERICA), 15_876),
    "English, 8 turns": (talk(ENGLISH, 8, AMERICA), 32_738),
    "English, British": (talk(ENGLISH, 6, BRITAIN), 23_131),
    "English, a monologue": (monologue(tuple(f"{text} " for text in ENGLISH), AMERICA[0]), 33_725),
    "English, at 0.5": (at_speed(0.5, ENGLISH, AMERICA), 29_547),
    "English, at 1.5": (at_speed(1.5, ENGLISH, AMERICA), 10_904),
    "English, at 2": (at_speed(2.0, ENGLISH, AMERICA), 8_624),
    "Japanese, 6 turns": (talk(JAPANESE, 6, JAPAN), 27_328),
    "Japanese, a monologue": (monologue(JAPANESE, JAPAN[0]), 27_461),
    "Japanese, at 1.5": (at_speed(1.5, JAPANESE, JAPAN), 11_204),
    "mixed, 6 turns": (talk(MIXED, 6, TAIWAN), 32_325),
    "mixed, at 1.25": (at_speed(1.25, MIXED, MAINLAND), 19_422),
    "mixed languages and voices": (
        dialogue(*CHINESE[:2], *ENGLISH[:2], voices=(TAIWAN[0], TAIWAN[1]), gap_ms=500),
        18_190,
    ),
    "numbers": (dialogue("我花了1234元，買了5本書。", "總共要3.5小時，大約80%。", "電話是02-2345-6789。"), 13_423),
    "an alias": (talk(MIXED, 3, TAIWAN, pronunciations=[{"text": "Castline", "alias": "卡斯特萊恩"}]), 17_615),
}
"""Dialogues, and the durations in milliseconds of the files that jobs made of them, by their names."""


@pytest.mark.parametrize(("request_", "duration_ms"), DIALOGUES.values(), ids=list(DIALOGUES))
def test_the_estimate_is_near_to_the_duration(request_: dict[str, Any], duration_ms: int) -> None:
    answer = call("POST", "/jobs/estimate", json=request_)

    assert answer.status == 200
    assert answer.json()["duration_ms"] == pytest.approx(duration_ms, rel=ACCURACY)
