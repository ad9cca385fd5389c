"""Examples for ``docs/openapi.json``: the dialogue of the quickstart, and the responses to it."""

from __future__ import annotations

from typing import Any

_ID = "01a20b9b-4308-7e1a-aa2f-ca5cfa8f80d6"
_TIMES = {"created_at": "2026-11-24T03:30:54Z"}
_STARTED = {**_TIMES, "started_at": "2026-11-24T03:30:54Z"}

DIALOGUE: dict[str, Any] = {
    "provider": "azure",
    "turns": [
        {"speaker": "A", "text": "你好，今天天氣真好！", "index": 0},
        {"speaker": "B", "text": "是啊，要不要一起去公園走走？", "index": 1},
    ],
    "voice_assignments": [
        {"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural", "voice_name": "曉雨"},
        {"speaker": "B", "voice_id": "zh-TW-YunJheNeural", "voice_name": "雲哲"},
    ],
    "language": "zh-TW",
    "output_format": "mp3",
}
SINGLE_VOICE = {"provider": "azure", "text": "你好，今天天氣真好！", "voice_id": "zh-TW-HsiaoYuNeural", "speed": 1.2}
SCRIPT = {"script": "A：你好，今天天氣真好！\nB：是啊，要不要一起去公園走走？"}

ESTIMATE: dict[str, Any] = {
    "characters": 24,
    "billed_characters": 44,
    "segments": 2,
    "reused_segments": 0,
    "duration_ms": 6400,
    "cost": {"amount": 0.000704, "currency": "USD"},
    "warnings": [],
}
PREVIEW_REQUEST: dict[str, Any] = {
    "provider": "azure",
    "voice_id": "zh-TW-HsiaoYuNeural",
    "text": "你好，今天天氣真好！",
}
PREVIEW: dict[str, Any] = {
    "audio_url": "https://bucket.s3.eastasia.amazonaws.com/previews/…?X-Amz-Signature=…",
    "expires_at": "2026-11-24T03:45:00Z",
    "duration_ms": 2520,
    "billed_characters": 20,
    "reused": False,
    "cost": {"amount": 0.00032, "currency": "USD"},
    "warnings": [],
}
PENDING_JOB: dict[str, Any] = {
    "id": _ID,
    "status": "pending",
    "job_type": "multi_role_tts",
    "provider": "azure",
    **_TIMES,
}
CANCELLED_JOB = {**PENDING_JOB, "status": "cancelled", "completed_at": "2026-11-24T03:30:55Z"}
_COMPLETED_SUMMARY = {**PENDING_JOB, "status": "completed", **_STARTED, "completed_at": "2026-11-24T03:30:55Z"}
COMPLETED_JOB: dict[str, Any] = {
    **_COMPLETED_SUMMARY,
    "input_params": {
        **DIALOGUE,
        "quality": "standard",
        "loudness": "podcast",
        "gap_ms": 300,
        "crossfade_ms": 50,
    },
    "progress": {"completed_segments": 2, "total_segments": 2},
    "retry_count": 0,
    "result_metadata": {
        "duration_ms": 6304,
        "latency_ms": 386,
        "synthesis_mode": "segmented",
        "content_type": "audio/mpeg",
        "size_bytes": 76_608,
        "characters": 24,
        "billed_characters": 44,
        "reused_segments": 0,
        "turn_timings": [
            {"turn_index": 0, "speaker": "A", "start_ms": 0, "end_ms": 2637},
            {"turn_index": 1, "speaker": "B", "start_ms": 2887, "end_ms": 6304},
        ],
        "subtitle_timing": "reported",
        "loudness_lufs": -16.0,
    },
    "audio_file_id": "0f3d9f0c-6a0a-5d0c-9a43-0d2f6a1f6c55",
}
STOPPED_JOB: dict[str, Any] = {
    **{name: value for name, value in COMPLETED_JOB.items() if name not in {"result_metadata", "audio_file_id"}},
    "status": "cancelled",
    "progress": {"completed_segments": 1, "total_segments": 2},
    "billed_characters": 18,
}
RENDERING: dict[str, Any] = {
    "output_format": "wav",
    "quality": "studio",
    "music": {"intro": {"sound_id": "01a20b9b-7b1c-7c55-8f3d-2f6d6c1b9e40", "fade_out_ms": 1500, "overlap_ms": 1500}},
}
RENDITION = {**PENDING_JOB, "id": "01a20b9c-0d4e-7a61-b0c9-6f0a55d3c7e2", "rendition_of": _ID}
TIMINGS: dict[str, Any] = {
    "level": "word",
    "duration_ms": 6304,
    "estimated": True,
    "items": [
        {"start_ms": 10, "end_ms": 412, "text": "你好，", "speaker": "A", "turn_index": 0},
        {"start_ms": 760, "end_ms": 1180, "text": "今天", "speaker": "A", "turn_index": 0, "estimated": True},
    ],
}
TITLES = {"title": "第一課：公園", "author": "林老師"}
RENAMED_JOB = {**_COMPLETED_SUMMARY, **TITLES}
JOB_LIST = {"items": [_COMPLETED_SUMMARY], "total": 1, "limit": 20, "offset": 0, "next_cursor": None}
DOWNLOAD = {
    "download_url": f"https://castline-audio.s3.amazonaws.com/audio/{_ID}/0f3d9f0c-6a0a-5d0c-9a43-0d2f6a1f6c55.mp3",
    "expires_at": "2026-11-24T03:46:10Z",
    "filename": "castline-2026-11-24-fa8f80d6.mp3",
    "content_type": "audio/mpeg",
    "size_bytes": 76_608,
}
PARSED = {
    "format": "plain",
    "turns": [{**turn, "line": line} for line, turn in enumerate(DIALOGUE["turns"], start=1)],
    "speakers": ["A", "B"],
    "total_characters": 24,
    "warnings": [],
    "languages": {"A": "zh-TW", "B": "zh-TW"},
    "language": "zh-TW",
    "questions": [],
}
CAST_REQUEST: dict[str, Any] = {
    "provider": "azure",
    "speakers": [{"speaker": "A", "language": "zh-TW"}, {"speaker": "B", "language": "zh-TW"}],
    "preferred_languages": ["zh-TW", "en"],
}
CAST: dict[str, Any] = {
    "speakers": [
        {
            "speaker": "A",
            "voice_id": "zh-TW-HsiaoChenNeural",
            "voice_name": "曉臻",
            "language": "zh-TW",
            "language_source": "given",
            "voice_source": "dealt",
            "gender": "female",
            "shared": False,
        },
        {
            "speaker": "B",
            "voice_id": "zh-TW-YunJheNeural",
            "voice_name": "雲哲",
            "language": "zh-TW",
            "language_source": "given",
            "voice_source": "dealt",
            "gender": "male",
            "shared": False,
        },
    ],
    "notes": [],
}
PRONUNCIATIONS: dict[str, Any] = {
    "entries": [
        {"text": "SQL", "alias": "sequel", "language": "en"},
        {"text": "重慶", "phoneme": "chong 2 qing 4", "alphabet": "sapi", "language": "zh-CN"},
    ],
}
PRONUNCIATION_SET = {"name": "brands", **PRONUNCIATIONS}
PRONUNCIATION_SETS: dict[str, Any] = {
    "items": [
        {
            "name": "brands",
            "entry_count": 2,
            "updated_at": "2026-11-24T03:30:54Z",
            "etag": '"0a1b2c3d4e5f60718293a4b5c6d7e8f9"',
        },
    ],
    "total": 1,
}
SHOW_REQUEST: dict[str, Any] = {
    "title": "週末散步",
    "album": "公園對話",
    "provider": "azure",
    "cast": [
        {"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural", "voice_name": "曉雨"},
        {"speaker": "B", "voice_id": "zh-TW-YunJheNeural", "voice_name": "雲哲", "speed": 1.1},
    ],
    "pronunciations": [],
    "pronunciation_sets": ["brands"],
    "output_format": "mp3",
    "gap_ms": 400,
}
SHOW: dict[str, Any] = {"name": "park", **SHOW_REQUEST}
SHOWS: dict[str, Any] = {
    "items": [
        {
            "name": "park",
            "title": "週末散步",
            "updated_at": "2026-11-24T03:30:54Z",
            "etag": '"9f8e7d6c5b4a39281706f5e4d3c2b1a0"',
        },
    ],
    "total": 1,
}
SOUND_REQUEST = {"name": "Jingle", "size_bytes": 182_400, "content_type": "audio/mpeg"}
_WAITING_SOUND: dict[str, Any] = {
    "id": "01a20b9d-3c55-7b0e-9a11-2f6d8c4e7b90",
    "name": "Jingle",
    "kind": "audio",
    "status": "waiting",
    "content_type": "audio/mpeg",
    "size_bytes": 182_400,
    "created_at": "2026-11-24T03:30:54Z",
    "expires_at": "2026-11-25T03:30:54Z",
    "duration_ms": None,
    "channels": None,
    "sample_rate_hz": None,
    "loudness_lufs": None,
    "error": None,
}
_SOUND: dict[str, Any] = {
    **_WAITING_SOUND,
    "status": "ready",
    "expires_at": "2026-12-24T03:30:54Z",
    "duration_ms": 9_120,
    "channels": 2,
    "sample_rate_hz": 44_100,
    "loudness_lufs": -14.2,
}
CREATED_SOUND: dict[str, Any] = {
    **_WAITING_SOUND,
    "upload": {
        "method": "PUT",
        "url": "https://castline-audio.s3.ap-northeast-1.amazonaws.com/sounds/…/upload?X-Amz-Signature=…",
        "headers": {"Content-Type": "audio/mpeg", "If-None-Match": "*"},
        "expires_at": "2026-11-24T04:30:54Z",
    },
}
SOUND_LINK: dict[str, Any] = {
    **_SOUND,
    "audio_url": "https://castline-audio.s3.ap-northeast-1.amazonaws.com/sounds/…/listen.mp3?X-Amz-Signature=…",
    "image_url": None,
}
SOUNDS: dict[str, Any] = {"items": [_SOUND], "total": 1}
_WEBHOOK_ID = "01a20b9c-0f3e-7b61-9d52-6c6f1f6e2c10"
WEBHOOK_REQUEST: dict[str, Any] = {
    "url": "https://example.com/castline",
    "events": ["job.completed", "job.failed"],
    "description": "Production",
}
WEBHOOK: dict[str, Any] = {
    "id": _WEBHOOK_ID,
    **WEBHOOK_REQUEST,
    "status": "enabled",
    "disabled_reason": None,
    "failing_since": None,
    "created_at": "2026-11-24T03:31:46Z",
    "updated_at": "2026-11-24T03:31:46Z",
    "previous_secret_expires_at": None,
}
WEBHOOK_WITH_SECRET = {**WEBHOOK, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
ROTATED_WEBHOOK = {
    **WEBHOOK,
    "updated_at": "2026-11-24T05:00:00Z",
    "previous_secret_expires_at": "2026-11-25T05:00:00Z",
    "secret": "whsec_plJ3nmyCDGBKInavdOK15jsl",
}
WEBHOOKS = {"items": [WEBHOOK], "total": 1}
WEBHOOK_CHANGES = {"status": "enabled"}
_DELIVERY: dict[str, Any] = {
    "id": "01a20b9b-46e9-7c33-bd44-0c9d2f1f77a5",
    "webhook_id": _WEBHOOK_ID,
    "event_id": "5f0b7c3e-52f4-5d43-9b2b-1f4f6f1d8a77",
    "event_type": "job.completed",
    "job_id": _ID,
    "url": "https://example.com/castline",
    "status": "delivered",
    "created_at": "2026-11-24T03:30:55Z",
    "next_attempt_at": None,
    "attempts": [
        {
            "at": "2026-11-24T03:30:55Z",
            "status_code": 500,
            "error": "bad_status",
            "duration_ms": 87,
            "response_excerpt": "Internal Server Error",
        },
        {
            "at": "2026-11-24T03:31:00Z",
            "status_code": 204,
            "error": None,
            "duration_ms": 64,
            "response_excerpt": "",
        },
    ],
    "redelivery_of": None,
}
DELIVERIES = {"items": [_DELIVERY], "next_cursor": None}
_NEW_DELIVERY: dict[str, Any] = {
    **_DELIVERY,
    "id": "01a20b9d-9a11-7d0f-8a3c-52f6d3a0b1c9",
    "status": "pending",
    "created_at": "2026-11-24T03:33:28Z",
    "next_attempt_at": "2026-11-24T03:33:28Z",
    "attempts": [],
}
TEST_DELIVERY = {
    **_NEW_DELIVERY,
    "event_id": "c0a1f6c2-8f0e-4a52-9a57-0b6f2d9d5b1e",
    "event_type": "webhook.test",
    "job_id": None,
}
REDELIVERY = {**_NEW_DELIVERY, "redelivery_of": _DELIVERY["id"]}
PROVIDERS = {
    "items": [
        {
            "id": "azure",
            "name": "Azure Speech",
            "output_formats": ["mp3", "wav", "flac", "opus", "m4b"],
            "max_turns": 1000,
            "max_characters": 100_000,
            "max_speaker_characters": 50,
            "max_gap_ms": 2000,
            "max_crossfade_ms": 500,
            "max_active_jobs": 3,
        }
    ]
}
VOICES = {
    "items": [
        {
            "voice_id": "zh-TW-HsiaoYuNeural",
            "name": "曉雨",
            "language": "zh-TW",
            "language_name": "Chinese (Taiwanese Mandarin, Traditional)",
            "gender": "female",
            "styles": [],
            "takes": ["speed", "pitch"],
        }
    ],
    "total": 1,
}
