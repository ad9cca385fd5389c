"""Which of two answers a client wants: the thing itself, or JSON about it."""

from __future__ import annotations

_JSON = "application/json"


def prefers_json(accept: str | None) -> bool:
    """Whether an ``Accept`` header asks for JSON by name, and for no other type by name more than that.

    Wildcards ask for nothing in particular: a browser and curl get the thing itself.
    """
    qualities: dict[str, float] = {}
    for media_range in (accept or "").split(","):
        name, *parameters = (part.strip().lower() for part in media_range.split(";"))
        if name and "*" not in name:
            qualities[name] = max(_quality(parameters), qualities.get(name, 0.0))
    return qualities.get(_JSON, 0.0) > 0 and qualities[_JSON] == max(qualities.values())


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
