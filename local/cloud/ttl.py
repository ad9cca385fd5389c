"""Expiry of items by DynamoDB's time to live, which moto only stores."""

from datetime import datetime
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from local.cloud.dynamodb import exclusive_access

# How a stream record, in Lambda's spelling, says that no user deleted the item.
_TTL_IDENTITY = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def delete_expired_items(client: Any, now: datetime) -> int:
    """Delete the items whose TTL attribute lies before `now` from all tables of a DynamoDB client's region.

    Returns how many were deleted.
    """
    deleted = 0
    for table_name in client.list_tables()["TableNames"]:
        setting = client.describe_time_to_live(TableName=table_name)["TimeToLiveDescription"]
        if setting.get("TimeToLiveStatus") == "ENABLED":
            with exclusive_access():
                deleted += _delete_expired(client, table_name, setting["AttributeName"], now)
    return deleted


def _delete_expired(client: Any, table_name: str, attribute: str, now: datetime) -> int:
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID][client.meta.region_name].get_table(table_name)
    pages = client.get_paginator("scan").paginate(
        TableName=table_name,
        FilterExpression="#expires_at < :now",
        ExpressionAttributeNames={"#expires_at": attribute},
        ExpressionAttributeValues={":now": {"N": str(int(now.timestamp()))}},
    )
    expired = [item for page in pages for item in page["Items"]]
    for item in expired:
        client.delete_item(TableName=table_name, Key={name: item[name] for name in table.table_key_attrs})
        if table.stream_shard is not None:
            table.stream_shard.items[-1].record["userIdentity"] = _TTL_IDENTITY
    return len(expired)
