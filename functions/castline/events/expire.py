"""Handler of jobs and sounds that DynamoDB's TTL has removed: deletes their files.

The event is a batch of the table's stream. Records that fail are reported individually; the others are processed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import (
    DynamoDBRecord,
    DynamoDBRecordEventName,
)

from castline import composition
from castline.jobs import items
from castline.observability import logger, noted, observed
from castline.sounds.items import read_sound_key

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

_TTL = "dynamodb.amazonaws.com"
_JOB_PREFIX = items.job_key("")["pk"]

_processor = BatchProcessor(event_type=EventType.DynamoDBStreams)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Delete the files of every expired job and sound in ``event["Records"]``."""
    return process_partial_response(event, _expire, _processor, context)


def _expire(record: DynamoDBRecord) -> None:
    keys = record.dynamodb.keys if record.dynamodb else None
    identity = record.user_identity
    if record.event_name is not DynamoDBRecordEventName.REMOVE or not keys:
        return
    if not identity or identity.get("principalId") != _TTL:
        return
    if keys["sk"] == items.JOB:
        job_id = keys["pk"].removeprefix(_JOB_PREFIX)
        with noted(job_id=job_id):
            composition.audio_storage().delete_audio(job_id)
            logger.info("expired")
    elif (ids := read_sound_key(keys)) is not None:
        user_id, sound_id = ids
        with noted(sound_id=sound_id):
            composition.sound_storage().delete(user_id, sound_id)
            logger.info("expired")
