"""Speed fix of moto's DynamoDB: the time of a request no longer grows with the whole table.

moto reads a partition by sorting the whole table. It also looks for each value of an answer under all names that
DynamoDB's ten types could have in any of moto's models.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.serialize import JSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType


@contextmanager
def quick_dynamodb() -> Iterator[None]:
    """Give the same answers faster. Requests must come one at a time, as with `linearizable_dynamodb`."""
    with _queries_read_one_partition(), _values_found_by_their_type():
        yield


@contextmanager
def _queries_read_one_partition() -> Iterator[None]:
    query = DynamoDBBackend.query

    def query_partition(
        backend: Any, table_name: str, hash_key: Any, *args: Any, index_name: str | None = None, **options: Any
    ) -> Any:
        table = backend.get_table(table_name)
        everything = table.items
        if index_name is None and hash_key:
            key = DynamoType(hash_key)
            table.items = {key: everything[key]} if key in everything else {}
        try:
            return query(backend, table_name, hash_key, *args, index_name=index_name, **options)
        finally:
            table.items = everything

    with patch.object(DynamoDBBackend, "query", query_partition):
        yield


@contextmanager
def _values_found_by_their_type() -> Iterator[None]:
    serialize_structure = JSONSerializer._serialize_type_structure

    def serialize(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name != "AttributeValue" or not isinstance(value, dict) or not key:
            serialize_structure(serializer, serialized, value, shape, key)
            return
        wrapper = serializer.MAP_TYPE()
        for type_name, content in value.items():
            serializer._serialize(wrapper, content, shape.members[type_name], type_name)
        serializer._default_serialize(serialized, wrapper, shape, key)

    with patch.object(JSONSerializer, "_serialize_type_structure", serialize):
        yield
