"""Patterns of the events that invoke functions. The local stack uses those of the event sources that it emulates."""

from __future__ import annotations

from castline import table
from castline.jobs import items
from castline.jobs.event_bus import SOURCE
from castline.sounds.items import SOUND_PREFIX

TTL_REMOVALS = {
    "eventName": ["REMOVE"],
    "userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]},
    "dynamodb": {"Keys": {table.SORT_KEY: {"S": [items.JOB, {"prefix": SOUND_PREFIX}]}}},
}
"""The stream records of jobs and sounds that DynamoDB's TTL has removed."""

NEW_JOB_EVENTS = {
    "eventName": ["INSERT"],
    "dynamodb": {"Keys": {table.SORT_KEY: {"S": [{"prefix": f"{items.EVENT_PREFIX}job."}]}}},
}
"""The stream records of events of jobs."""

JOB_EVENTS = {"source": [SOURCE]}
"""The events of jobs on the bus."""
