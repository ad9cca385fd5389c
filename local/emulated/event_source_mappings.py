"""Lambda's event source mappings, as they are deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.emulated.cloud import EmulatedCloud


def enabled_mappings(cloud: EmulatedCloud, service: str) -> list[dict[str, Any]]:
    """Return the enabled mappings whose source belongs to a service, such as ``sqs``, as Lambda describes them."""
    configured = cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return [
        dict(each) for each in configured if each["State"] == "Enabled" and f":{service}:" in each["EventSourceArn"]
    ]
