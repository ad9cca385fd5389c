"""Handler of uploaded files of sounds: checks a file, and makes its sound ready or failed.

The event is S3's "Object Created", which EventBridge delivers at least once.
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
    """Receive the file of a sound. Other objects are ignored."""
    ids = read_upload_key(event["detail"]["object"]["key"])
    if ids is None:
        return
    user_id, sound_id = ids
    note(sound_id=sound_id)
    sound = composition.receive_sound()(user_id, sound_id)
    if sound is None:
        logger.info("ignored: the sound does not wait for a file")
    else:
        logger.info("sound received", extra={"status": sound.status, "problem": sound.problem})
