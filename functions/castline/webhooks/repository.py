"""Repository of webhooks and their deliveries: every read and write of their items."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from castline.aws_errors import ServiceUnavailable, error_code, translated_aws_errors
from castline.dynamodb import (
    LONGEST_PAUSE,
    attribute_changes,
    create_within_limit,
    encode_time,
    get_item,
    pause_before,
    query_items,
    serialize,
    update_item_if,
)
from castline.webhooks import items
from castline.webhooks.errors import WebhookLimitExceeded, WebhookNotFound
from castline.webhooks.model import JOB_ENDPOINT, DeliveryPage, DeliveryStatus, DisabledReason, EndpointStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from castline.webhooks.model import Attempt, Delivery, Endpoint, EndpointChanges, Secret

_ATTEMPTS = 10


class WebhookRepository:
    """Webhooks in the jobs table.

    All methods raise ServiceUnavailable if DynamoDB is temporarily unavailable.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        """Use a table."""
        self._client = client
        self._table = table_name

    def create_endpoint(self, endpoint: Endpoint, *, max_webhooks: int) -> None:
        """Store a new endpoint.

        Raises:
            WebhookLimitExceeded: the user has ``max_webhooks`` endpoints.
        """

        def demand_room() -> None:
            if len(self.endpoints(endpoint.user_id)) >= max_webhooks:
                raise WebhookLimitExceeded(max_webhooks)

        create_within_limit(
            self._client,
            self._table,
            items.endpoint_item(endpoint),
            counter_key=items.counter_key(endpoint.user_id),
            demand_room=demand_room,
        )

    def create_job_endpoint(self, endpoint: Endpoint) -> bool:
        """Store the endpoint for the URLs of single jobs; return False if the user already has it."""
        return self._put_new(items.endpoint_item(endpoint))

    def endpoints(self, user_id: str) -> list[Endpoint]:
        """Return the endpoints of a user, newest first, without the one for the URLs of single jobs."""
        return [each for each in self.all_endpoints(user_id) if each.id != JOB_ENDPOINT]

    def all_endpoints(self, user_id: str) -> list[Endpoint]:
        """Return the endpoints of a user, newest first, including any for the URLs of single jobs."""
        found = query_items(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=serialize({":pk": items.partition(user_id), ":prefix": items.ENDPOINT_PREFIX}),
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        return [items.read_endpoint(item) for item in found]

    def find_endpoint(self, user_id: str, webhook_id: str) -> Endpoint | None:
        """Return one of a user's endpoints; None if it does not exist."""
        item = get_item(self._client, self._table, items.endpoint_key(user_id, webhook_id))
        return items.read_endpoint(item) if item is not None else None

    def change_endpoint(self, user_id: str, webhook_id: str, changes: EndpointChanges, *, now: datetime) -> Endpoint:
        """Change an endpoint, and return its new state.

        Raises:
            WebhookNotFound: there is no such endpoint.
        """
        sets: dict[str, Any] = {"updated_at": encode_time(now)}
        removes: list[str] = []
        if changes.url is not None:
            sets["url"] = changes.url
        if changes.events is not None:
            sets["events"] = items.event_values(changes.events)
        if changes.description:
            sets["description"] = changes.description
        elif changes.description is not None:
            removes.append("description")
        if changes.status is EndpointStatus.ENABLED:
            sets["status"] = changes.status.value
            removes += ["disabled_reason", "failing_since"]
        elif changes.status is EndpointStatus.DISABLED:
            sets |= {"status": changes.status.value, "disabled_reason": DisabledReason.USER.value}
        changed = self._update(
            items.endpoint_key(user_id, webhook_id), sets, removes, condition="attribute_exists(pk)"
        )
        if changed is None:
            raise WebhookNotFound
        return items.read_endpoint(changed)

    def rotate_secrets(
        self, user_id: str, webhook_id: str, rotate: Callable[[Endpoint], tuple[Secret, ...]], *, now: datetime
    ) -> Endpoint:
        """Replace the secrets of an endpoint, and return its new state.

        Args:
            user_id: the endpoint's user.
            webhook_id: the endpoint's id.
            rotate: returns the new secrets. It is called again if the secrets change in between.
            now: the current time.

        Raises:
            WebhookNotFound: there is no such endpoint.
        """
        for attempt in range(_ATTEMPTS):
            pause_before(min(attempt, LONGEST_PAUSE))
            endpoint = self.find_endpoint(user_id, webhook_id)
            if endpoint is None:
                raise WebhookNotFound
            changed = self._update(
                items.endpoint_key(user_id, webhook_id),
                {"secrets": items.secret_values(rotate(endpoint)), "updated_at": encode_time(now)},
                condition="#secrets = :before",
                values={":before": items.secret_values(endpoint.secrets)},
            )
            if changed is not None:
                return items.read_endpoint(changed)
        raise ServiceUnavailable("a webhook's secrets keep changing")

    def delete_endpoint(self, user_id: str, webhook_id: str) -> None:
        """Delete an endpoint with its secrets. Its deliveries are removed when they expire.

        Raises:
            WebhookNotFound: there is no such endpoint.
        """
        try:
            with translated_aws_errors():
                self._client.delete_item(
                    TableName=self._table,
                    Key=serialize(items.endpoint_key(user_id, webhook_id)),
                    ConditionExpression="attribute_exists(pk)",
                )
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                raise WebhookNotFound from error
            raise

    def note_failure(self, user_id: str, webhook_id: str, *, at: datetime) -> Endpoint | None:
        """Record a failed attempt, and return the endpoint; None if the endpoint is disabled or does not exist."""
        changed = self._update_enabled(
            user_id, webhook_id, "SET failing_since = if_not_exists(failing_since, :at)", {":at": encode_time(at)}
        )
        return items.read_endpoint(changed) if changed is not None else None

    def note_success(self, user_id: str, webhook_id: str) -> None:
        """Record a successful attempt by clearing the failures of the endpoint."""
        self._update_enabled(
            user_id, webhook_id, "REMOVE failing_since", {}, condition="attribute_exists(failing_since)"
        )

    def disable_endpoint(self, user_id: str, webhook_id: str, reason: DisabledReason, *, now: datetime) -> bool:
        """Disable an endpoint; return False if it is already disabled or does not exist."""
        changed = self._update_enabled(
            user_id,
            webhook_id,
            "SET #status = :disabled, disabled_reason = :reason, updated_at = :now",
            {":disabled": EndpointStatus.DISABLED.value, ":reason": reason.value, ":now": encode_time(now)},
        )
        return changed is not None

    def put_delivery(self, delivery: Delivery) -> bool:
        """Store a new delivery. Return False, and change nothing, if a delivery with its id exists."""
        return self._put_new(items.delivery_item(delivery))

    def discard_delivery(self, delivery: Delivery) -> None:
        """Remove a delivery that will not be sent."""
        with translated_aws_errors():
            self._client.delete_item(
                TableName=self._table,
                Key=serialize(items.delivery_key(delivery.user_id, delivery.webhook_id, delivery.id)),
            )

    def find_delivery(self, user_id: str, webhook_id: str, delivery_id: str) -> Delivery | None:
        """Return a delivery; None if it does not exist."""
        item = get_item(self._client, self._table, items.delivery_key(user_id, webhook_id, delivery_id))
        return items.read_delivery(item) if item is not None else None

    def claim_delivery(self, delivery: Delivery, *, until: datetime) -> bool:
        """Claim a pending delivery for an attempt, so that no other task begins one before ``until``.

        Returns:
            False if the delivery has changed since it was read: another task has claimed it, or it has ended.
        """
        changed = self._try_update(
            items.delivery_key(delivery.user_id, delivery.webhook_id, delivery.id),
            UpdateExpression="SET next_attempt_at = :until",
            ConditionExpression="#status = :pending AND next_attempt_at = :before",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues=serialize(
                {
                    ":until": encode_time(until),
                    ":pending": DeliveryStatus.PENDING.value,
                    ":before": encode_time(delivery.next_attempt_at or until),
                }
            ),
        )
        return changed is not None

    def record_attempt(
        self,
        delivery: Delivery,
        attempt: Attempt,
        *,
        url: str,
        status: DeliveryStatus,
        next_attempt_at: datetime | None,
    ) -> bool:
        """Add an attempt to a pending delivery.

        Args:
            delivery: the delivery, as it was read.
            attempt: the attempt.
            url: the URL that the attempt was sent to.
            status: the new status of the delivery.
            next_attempt_at: the time of the next attempt, if the delivery is pending.

        Returns:
            False if another attempt was added since the delivery was read, or if it is no longer pending, or gone.
        """
        attempts = [items.attempt_value(each) for each in (*delivery.attempts, attempt)]
        sets: dict[str, Any] = {"url": url, "status": status.value, "attempts": attempts}
        removes: list[str] = []
        if next_attempt_at is None:
            removes.append("next_attempt_at")
        else:
            sets["next_attempt_at"] = encode_time(next_attempt_at)
        changed = self._update(
            items.delivery_key(delivery.user_id, delivery.webhook_id, delivery.id),
            sets,
            removes,
            condition="#status = :pending AND size(#attempts) = :count",
            values={":pending": DeliveryStatus.PENDING.value, ":count": len(delivery.attempts)},
        )
        return changed is not None

    def deliveries(
        self, user_id: str, webhook_id: str, *, limit: int, after: str | None, now: datetime
    ) -> DeliveryPage:
        """Return deliveries to an endpoint, newest first.

        Args:
            user_id: the endpoint's user.
            webhook_id: the endpoint's id.
            limit: maximum number of deliveries on the page.
            after: the id of the last delivery of the previous page.
            now: the current time. Deliveries that have expired by then are left out.
        """
        prefix = items.deliveries_prefix(webhook_id)
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": serialize({":pk": items.partition(user_id), ":prefix": prefix}),
            "ScanIndexForward": False,
            "ConsistentRead": True,
        }
        if after is not None:
            query["ExclusiveStartKey"] = serialize(items.delivery_key(user_id, webhook_id, after))
        # One read may not suffice, because DynamoDB ends it after 1 MB.
        read = islice(query_items(self._client, **query, Limit=limit + 1), limit + 1)
        found = [items.read_delivery(item) for item in read]
        visible = [each for each in found if each.expires_at > now]
        page = tuple(visible[:limit])
        return DeliveryPage(deliveries=page, next_after=page[-1].id if len(visible) > limit else None)

    def _update_enabled(
        self, user_id: str, webhook_id: str, update: str, values: dict[str, Any], *, condition: str = ""
    ) -> Mapping[str, Any] | None:
        conditions = ["#status = :enabled", *([condition] if condition else [])]
        return self._try_update(
            items.endpoint_key(user_id, webhook_id),
            UpdateExpression=update,
            ConditionExpression=" AND ".join(conditions),
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues=serialize({**values, ":enabled": EndpointStatus.ENABLED.value}),
        )

    def _update(
        self,
        key: dict[str, str],
        sets: Mapping[str, Any],
        removes: Iterable[str] = (),
        *,
        condition: str,
        values: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any] | None:
        """Set and remove attributes; return the item, or None if the condition does not hold."""
        changes = attribute_changes(sets, removes)
        changes["ExpressionAttributeValues"] |= serialize(values or {})
        return self._try_update(key, ConditionExpression=condition, **changes)

    def _try_update(self, key: dict[str, str], **update: Any) -> Mapping[str, Any] | None:
        answer = update_item_if(
            self._client, TableName=self._table, Key=serialize(key), ReturnValues="ALL_NEW", **update
        )
        return None if answer is None else answer["Attributes"]

    def _put_new(self, item: dict[str, Any]) -> bool:
        try:
            with translated_aws_errors():
                self._client.put_item(
                    TableName=self._table, Item=serialize(item), ConditionExpression="attribute_not_exists(pk)"
                )
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True
