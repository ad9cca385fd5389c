"""Examples of usage and of the operations for operators, for ``docs/openapi.json``."""

from __future__ import annotations

from typing import Any, Final

_TODAY: Final[dict[str, Any]] = {
    "billed_characters": 18_240,
    "reserved_characters": 1_316,
    "jobs": 7,
    "audio_seconds": 1_482.604,
    "cost": {"amount": 0.27360, "currency": "USD"},
}
_TOTAL: Final[dict[str, Any]] = {
    "billed_characters": 402_118,
    "reserved_characters": 1_316,
    "jobs": 143,
    "audio_seconds": 33_904.12,
    "cost": {"amount": 6.03177, "currency": "USD"},
}
_USER: Final = "f4c8a4d2-7021-70a1-9c3e-2b1f6f0f3b5d"
_OPERATOR: Final = "0c1e5f7a-30d1-7073-b8a4-5d1c9be3e210"
_CHANGED: Final = {"changed_at": "2026-11-30T08:12:44Z", "changed_by": _OPERATOR}
_DAYS: Final = [{**_TODAY, "day": "2026-11-30"}]

USAGE: Final[dict[str, Any]] = {
    "month": "2026-11",
    "currency": "USD",
    "limits": {"characters_per_day": 1_000_000, "characters_per_month": 10_000_000, "max_active_jobs": 3},
    "day_resets_at": "2026-12-01T00:00:00Z",
    "month_resets_at": "2026-12-01T00:00:00Z",
    "today": _TODAY,
    "total": _TOTAL,
    "days": _DAYS,
}
OPERATOR_USAGE: Final[dict[str, Any]] = {
    "month": "2026-11",
    "currency": "USD",
    "deployment": {"limit": 5_000_000, "today": _TODAY, "total": _TOTAL},
    "days": _DAYS,
    "users": [{**_TOTAL, "user_id": _USER, "days": _DAYS}],
    "next_cursor": None,
}
USER_LIMITS: Final = {"characters_per_day": 2_000_000, "characters_per_month": None}
OPERATED_USER_LIMITS: Final[dict[str, Any]] = {
    "user_id": _USER,
    "limits": {"characters_per_day": 2_000_000, "characters_per_month": None, "max_active_jobs": 3},
    "changed": USER_LIMITS,
    **_CHANGED,
}
DEPLOYMENT_LIMITS: Final = {"characters_per_day": 8_000_000}
OPERATED_DEPLOYMENT_LIMITS: Final[dict[str, Any]] = {
    "limits": DEPLOYMENT_LIMITS,
    "changed": DEPLOYMENT_LIMITS,
    **_CHANGED,
}
CLOSED_BREAKER: Final = {"state": "closed", "reason": None, "changed_at": None, "changed_by": None}
OPENING: Final = {"state": "open", "reason": "We are looking into unusual traffic. Back by 14:00 UTC."}
OPEN_BREAKER: Final = {**OPENING, **_CHANGED}
_JOB: Final[dict[str, Any]] = {
    "id": "01a20b9b-4308-7e1a-aa2f-ca5cfa8f80d6",
    "user_id": _USER,
    "status": "processing",
    "job_type": "multi_role_tts",
    "provider": "azure",
    "output_format": "mp3",
    "created_at": "2026-11-30T08:11:54Z",
    "started_at": "2026-11-30T08:11:54Z",
    "completed_at": None,
    "error_code": None,
}
OPERATED_JOBS: Final[dict[str, Any]] = {"items": [_JOB], "next_cursor": None}
STOPPING: Final = {"reason": "Submitted by mistake, the user asked for it"}
STOPPED_JOB: Final[dict[str, Any]] = {
    **_JOB,
    "status": "failed",
    "completed_at": "2026-11-30T08:12:44Z",
    "error_code": "STOPPED_BY_OPERATOR",
}
