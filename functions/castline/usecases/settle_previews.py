"""Settle previews whose function failed before it could settle them, or could not reach the table."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from castline.aws_errors import ServiceUnavailable
from castline.metrics import Metric
from castline.observability import logger, measure, noted
from castline.synthesis.stored_utterances import find_entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.audio.storage import AudioStorage
    from castline.previews.model import Preview
    from castline.previews.repository import PreviewRepository

OVER: Final = timedelta(seconds=60)
"""The age from which no function can still be working on a preview: twice its time-out."""


class SettlePreviews:
    """Settles previews by their stored segments, which name the preview that paid for them and the amount."""

    def __init__(
        self, previews: PreviewRepository, storage: Callable[[], AudioStorage], *, now: Callable[[], datetime]
    ) -> None:
        """Store the collaborators. ``storage`` returns the storage of segments."""
        self._previews = previews
        self._storage = storage
        self._now = now

    def __call__(self) -> dict[str, int]:
        """Settle the previews that no function is working on any more.

        Returns:
            ``previews_settled``: the number of previews that were settled. ``previews_unavailable``: the number of
            previews that could not be settled and are left to the next call.

        Raises:
            ServiceUnavailable: DynamoDB cannot list the unsettled previews.
        """
        settled = unavailable = 0
        for preview in self._previews.unsettled(created_before=self._now() - OVER):
            with noted(user_id=preview.user_id, preview_id=preview.id):
                try:
                    billed = self._billed_characters(preview)
                    if self._previews.settle(preview, billed):
                        settled += 1
                        logger.warning("settled a preview", extra={"billed_characters": billed})
                except ServiceUnavailable as error:
                    unavailable += 1
                    logger.warning("a preview is not settled", extra={"reason": str(error)})
        if settled:
            measure({Metric.RECONCILER_PREVIEWS_SETTLED: settled})
        return {"previews_settled": settled, "previews_unavailable": unavailable}

    def _billed_characters(self, preview: Preview) -> int:
        found = (find_entry(self._storage(), preview.user_id, each) for each in preview.fingerprints)
        return sum(
            each.notes.billed_characters for each in found if each is not None and each.notes.spoken_for == preview.id
        )
