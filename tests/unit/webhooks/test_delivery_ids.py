"""Ids of deliveries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID, uuid4

from uuid6 import uuid7

from castline.webhooks.delivery_ids import delivery_id_of

NOW = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)


def test_an_event_has_one_delivery_to_each_webhook() -> None:
    event_id = str(uuid4())

    assert delivery_id_of(event_id, NOW, "a") == delivery_id_of(event_id, NOW, "a")
    ids = {delivery_id_of(event, NOW, webhook) for event in (event_id, str(uuid4())) for webhook in ("a", "b")}
    assert len(ids) == 4


def test_ids_are_version_7_and_sort_by_time_among_those_that_are_made_at_random() -> None:
    now = datetime.now(UTC)
    before, after = (delivery_id_of(str(uuid4()), now + timedelta(seconds=each), "a") for each in (-9, 9))

    assert before < str(uuid7()) < after
    for each in (before, after):
        assert (UUID(each).version, UUID(each).variant) == (7, RFC_4122)
    assert UUID(before).int >> 80 == round((now - timedelta(seconds=9)).timestamp() * 1000)
