from __future__ import annotations

from typing import Any

from benchmarks.dynamodb_units import Item, item_size_bytes, read_units, write_units
from castline.table import Index

BY_STATUS = Index("by_status", "status", "id")


def item(**values: str) -> Item:
    return {name: {"S": value} for name, value in values.items()}


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    cases: list[tuple[dict[str, Any], int]] = [
        ({"S": "曉雨"}, 6), ({"N": "1234"}, 3), ({"N": "-5"}, 3), ({"N": "1000"}, 2), ({"B": b"12345"}, 5),
        ({"BOOL": True}, 1), ({"SS": ["ab", "cde"]}, 5), ({"L": [{"S": "ab"}]}, 3 + 1 + 2),
        ({"M": {"key": {"S": "ab"}}}, 3 + 1 + 3 + 2),
    ]  # fmt: skip

    for value, size_bytes in cases:
        assert item_size_bytes({"name": value}) == 4 + size_bytes


def test_what_one_query_reads_is_added_before_it_is_rounded() -> None:
    assert read_units([2000, 2000], consistent=True) == 1
    assert read_units([2000, 2100], consistent=True) == 2
    assert read_units([2000, 2100], consistent=False) == 1


def test_reading_nothing_costs_as_much_as_reading_little() -> None:
    assert read_units([], consistent=True) == 1
    assert read_units([], consistent=False) == 0.5


def test_a_write_is_charged_by_the_larger_of_what_was_and_what_is() -> None:
    # Given
    small, large = item(pk="1", text="a"), item(pk="1", text="a" * 1500)

    # Then
    for before, after in ((small, large), (large, small), (None, large), (large, None)):
        assert write_units(before, after, indexes=[], projected=[], transactional=False) == 2


def test_a_transaction_doubles_a_write_but_not_what_its_indexes_take() -> None:
    # Given
    new = item(pk="1", id="1", status="pending")

    # Then
    assert write_units(None, new, indexes=[BY_STATUS], projected=[], transactional=False) == 1 + 1
    assert write_units(None, new, indexes=[BY_STATUS], projected=[], transactional=True) == 2 + 1


def test_an_index_pays_only_for_what_it_holds() -> None:
    # Given
    before = item(pk="1", id="1", status="pending", secret="a", title="a")

    # When
    unseen = write_units(
        before, before | item(secret="b"), indexes=[BY_STATUS], projected=["title"], transactional=False
    )
    seen = write_units(
        before, before | item(title="b"), indexes=[BY_STATUS], projected=["title"], transactional=False
    )

    # Then
    assert (unseen, seen) == (1, 2)


def test_an_item_without_an_indexs_key_is_not_in_it() -> None:
    # Given
    before = item(pk="1", id="1", status="pending")

    # Then
    leaves = write_units(before, item(pk="1", id="1"), indexes=[BY_STATUS], projected=[], transactional=False)
    stays_out = write_units(None, item(pk="1", id="1"), indexes=[BY_STATUS], projected=[], transactional=False)
    assert (leaves, stays_out) == (1 + 1, 1)
