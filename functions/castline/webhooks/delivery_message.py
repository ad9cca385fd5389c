"""Message of a delivery in the queue. It holds only ids; the body stays in the table."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliveryMessage:
    """The ids of a delivery."""

    user_id: str
    webhook_id: str
    delivery_id: str

    def to_json(self) -> str:
        """Return the message as JSON."""
        return json.dumps(
            {"user_id": self.user_id, "webhook_id": self.webhook_id, "delivery_id": self.delivery_id},
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, body: str) -> DeliveryMessage:
        """Return the message from the JSON of ``to_json``."""
        ids = json.loads(body)
        return cls(ids["user_id"], ids["webhook_id"], ids["delivery_id"])
