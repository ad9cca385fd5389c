"""Repository of webhooks and their deliveries: every read and write of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from castline.aws_errors import ServiceUnavailable, error_code, translated_aws_errors
from castline.dynamodb import encode_time, pause_before, serialize, transact, update_item
from castline.webhooks import items
from castline.webhooks.errors import WebhookLimitExceeded, WebhookNotFound
from castline.webhooks.model import JOB_ENDPOINT, DeliveryPage, DeliveryStatus, DisabledReason, EndpointStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from castline.webhooks.model import Attempt, Delivery, Endpoint, EndpointChanges, Secret

_ATTEMPTS = 10
_LONGEST_PAUSE = 2
"""The attempt from which on pauses grow no longer."""


class WebhookRepository:
    """Webhooks in the table of the jobs.

    All methods raise ServiceUnavailable when DynamoDB cannot serve them just now.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        """Use a table by a client."""
        self._client = client
        self._table = table_name

    def create_endpoint(self, endpoint: Endpoint, *, max_webhooks: int) -> None:
        """Store a new endpoint.

        The user's endpoints are counted after the counter of creations has been read, and the endpoint is written on
        condition that the counter has not moved since. Endpoints that are deleted meanwhile only make room: the limit
        holds exactly.

        Raises:
            WebhookLimitExceeded: the user has ``max_webhooks`` endpoints.
        """
        for attempt in range(_ATTEMPTS):
            pause_before(min(attempt, _LONGEST_PAUSE))
            counter = self._get(items.counter_key(endpoint.user_id))
            created = int(counter["created"]["N"]) if counter is not None else 0
            if len(self.endpoints(endpoint.user_id)) >= max_webhooks:
                raise WebhookLimitExceeded(max_webhooks)
            update: Any = {
                "TableName": self._table,
                "Key": serialize(items.counter_key(endpoint.user_id)),
                "UpdateExpression": "SET created = :next",
                "ConditionExpression": "attribute_not_exists(created)",
                "ExpressionAttributeValues": serialize({":next": created + 1}),
            }
            if created:
                update["ConditionExpression"] = "created = :created"
                update["ExpressionAttributeValues"] |= serialize({":created": created})
            put: Any = {"TableName": self._table, "Item": serialize(items.endpoint_item(endpoint))}
            if transact(self._client, {"Update": update}, {"Put": put}) is None:
                return
        raise ServiceUnavailable("a user keeps creating webhooks")

    def create_job_endpoint(self, endpoint: Endpoint) -> bool:
        """Store the endpoint of jobs' own URLs; return False if the user has it already."""
        return self._put_new(items.endpoint_item(endpoint))

    def endpoints(self, user_id: str) -> list[Endpoint]:
        """Return the endpoints of a user, newest first; not the one of jobs' own URLs."""
        return [each for each in self.all_endpoints(user_id) if each.id != JOB_ENDPOINT]

    def all_endpoints(self, user_id: str) -> list[Endpoint]:
        """Return the endpoints of a user, newest first, and that of jobs' own URLs if there is one."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=serialize({":pk": items.partition(user_id), ":prefix": items.ENDPOINT_PREFIX}),
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        with translated_aws_errors():
            return [items.read_endpoint(item) for page in pages for item in page["Items"]]

    def find_endpoint(self, user_id: str, webhook_id: str) -> Endpoint | None:
        """Return one of a user's endpoints; None when there is no such one."""
        item = self._get(items.endpoint_key(user_id, webhook_id))
        return items.read_endpoint(item) if item is not None else None

    def change_endpoint(self, user_id: str, webhook_id: str, changes: EndpointChanges, *, now: datetime) -> Endpoint:
        """Change an endpoint, and return it as it is then.

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
        """Replace the secrets of an endpoint, and return it as it is then.

        Args:
            user_id: whose endpoint.
            webhook_id: its id.
            rotate: returns the new secrets. It is called again when the secrets have changed in between.
            now: the time.

        Raises:
            WebhookNotFound: there is no such endpoint.
        """
        for attempt in range(_ATTEMPTS):
            pause_before(min(attempt, _LONGEST_PAUSE))
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
        """Delete an endpoint with its secrets. Its deliveries are removed by their age.

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
        """Note that an attempt has failed, and return the endpoint; None if there is none, or it is disabled."""
        changed = self._update_enabled(
            user_id, webhook_id, "SET failing_since = if_not_exists(failing_since, :at)", {":at": encode_time(at)}
        )
        return items.read_endpoint(changed) if changed is not None else None

    def note_success(self, user_id: str, webhook_id: str) -> None:
        """Note that an attempt has succeeded. An endpoint that is not failing is left as it is."""
        self._update_enabled(
            user_id, webhook_id, "REMOVE failing_since", {}, condition="attribute_exists(failing_since)"
        )

    def disable_endpoint(self, user_id: str, webhook_id: str, reason: DisabledReason, *, now: datetime) -> bool:
        """Disable an endpoint; return False if there is none, or it is disabled already."""
        changed = self._update_enabled(
            user_id,
            webhook_id,
            "SET #status = :disabled, disabled_reason = :reason, updated_at = :now",
            {":disabled": EndpointStatus.DISABLED.value, ":reason": reason.value, ":now": encode_time(now)},
        )
        return changed is not None

    def put_delivery(self, delivery: Delivery) -> bool:
        """Store a delivery; return False if there is one of its id already, which is left as it is."""
        return self._put_new(items.delivery_item(delivery))

    def discard_delivery(self, delivery: Delivery) -> None:
        """Remove a delivery that nobody will send."""
        with translated_aws_errors():
            self._client.delete_item(
                TableName=self._table,
                Key=serialize(items.delivery_key(delivery.user_id, delivery.webhook_id, delivery.id)),
            )

    def find_delivery(self, user_id: str, webhook_id: str, delivery_id: str) -> Delivery | None:
        """Return a delivery; None when there is no such one."""
        item = self._get(items.delivery_key(user_id, webhook_id, delivery_id))
        return items.read_delivery(item) if item is not None else None

    def claim_delivery(self, delivery: Delivery, *, until: datetime) -> bool:
        """Claim a pending delivery for an attempt: nobody else begins one before ``until``.

        Returns:
            False if it is no longer as it was read: somebody else has claimed it, or it has ended.
        """
        changed = self._try_update(
            items.delivery_key(delivery.user_id, delivery.webhook_id, delivery.id),
            "SET next_attempt_at = :until",
            "#status = :pending AND next_attempt_at = :before",
            {
                ":until": encode_time(until),
                ":pending": DeliveryStatus.PENDING.value,
                ":before": encode_time(delivery.next_attempt_at or until),
            },
            {"#status": "status"},
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
            url: where it was sent.
            status: the delivery's status from now on.
            next_attempt_at: when the next attempt follows, of a pending one.

        Returns:
            False if another attempt has been added since it was read, it is not pending any more, or is gone.
        """
        sets: dict[str, Any] = {"url": url, "status": status.value}
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
            appends={"attempts": [items.attempt_value(attempt)]},
        )
        return changed is not None

    def deliveries(
        self, user_id: str, webhook_id: str, *, limit: int, after: str | None, now: datetime
    ) -> DeliveryPage:
        """Return deliveries to an endpoint, newest first.

        Args:
            user_id: whose endpoint.
            webhook_id: its id.
            limit: the most deliveries of the page.
            after: the id of the last delivery of the page before.
            now: the time. Deliveries that are to be removed by then are left out.
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
        found: list[Delivery] = []
        # A read ends after 1 MB, whatever its limit.
        while len(found) <= limit:
            with translated_aws_errors():
                answer = self._client.query(**query, Limit=limit + 1 - len(found))
            found += map(items.read_delivery, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                break
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        visible = [each for each in found if each.expires_at > now]
        page = tuple(visible[:limit])
        return DeliveryPage(deliveries=page, next_after=page[-1].id if len(visible) > limit else None)

    def _update_enabled(
        self, user_id: str, webhook_id: str, update: str, values: dict[str, Any], *, condition: str = ""
    ) -> Mapping[str, Any] | None:
        conditions = ["#status = :enabled", *([condition] if condition else [])]
        return self._try_update(
            items.endpoint_key(user_id, webhook_id),
            update,
            " AND ".join(conditions),
            {**values, ":enabled": EndpointStatus.ENABLED.value},
            {"#status": "status"},
        )

    def _update(
        self,
        key: dict[str, str],
        sets: Mapping[str, Any],
        removes: list[str] | None = None,
        *,
        condition: str,
        values: Mapping[str, Any] | None = None,
        appends: Mapping[str, list[Any]] | None = None,
    ) -> Mapping[str, Any] | None:
        """Set, remove and append to attributes; return the item, or None if the condition does not hold."""
        clauses = [f"#{name} = :{name}" for name in sets]
        clauses += [f"#{name} = list_append(#{name}, :{name})" for name in appends or {}]
        update = f"SET {', '.join(clauses)}"
        if removes:
            update += f" REMOVE {', '.join(f'#{name}' for name in removes)}"
        written = {**sets, **(appends or {})}
        names = {f"#{name}": name for name in (*written, *(removes or []))}
        all_values = {f":{name}": value for name, value in written.items()} | dict(values or {})
        return self._try_update(key, update, condition, all_values, names)

    def _try_update(
        self, key: dict[str, str], update: str, condition: str, values: dict[str, Any], names: dict[str, str]
    ) -> Mapping[str, Any] | None:
        try:
            answer = update_item(
                self._client,
                TableName=self._table,
                Key=serialize(key),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=serialize(values),
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return None
            raise
        attributes: Mapping[str, Any] = answer["Attributes"]
        return attributes

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

    def _get(self, key: dict[str, str]) -> Any:
        with translated_aws_errors():
            answer = self._client.get_item(TableName=self._table, Key=serialize(key), ConsistentRead=True)
        return answer.get("Item")
