"""Reacts to a file that a user has uploaded for a sound: checks it, and makes the sound ready or failed.

The event is EventBridge's "Object Created" of S3. It is delivered at least once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.observability import logger, note, observed
from castline.sounds.keys import read_upload_key

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Receive the file of a sound. Other objects are passed over."""
    ids = read_upload_key(event["detail"]["object"]["key"])
    if ids is None:
        return
    user_id, sound_id = ids
    note(sound_id=sound_id)
    sound = composition.receive_sound()(user_id, sound_id)
    if sound is None:
        logger.info("passed over: the sound does not wait for a file")
    else:
        logger.info("sound received", extra={"status": sound.status, "problem": sound.problem})
