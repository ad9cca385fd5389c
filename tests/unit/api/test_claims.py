"""Claims are read in every form in which API Gateway and issuers write lists."""

from __future__ import annotations

from castline.api.claims import values_of


def test_the_values_of_a_claim() -> None:
    for claim, values in [
        # As API Gateway's JWT authorizer writes arrays
        ("[operators]", {"operators"}), ("[writers operators]", {"writers", "operators"}), ("[]", set()),
        ("[ ]", set()),
        # As issuers write text
        ("operators", {"operators"}), ("writers operators", {"writers", "operators"}),
        ("writers,operators", {"writers", "operators"}), ("writers, operators ,", {"writers", "operators"}),
        (" operators\n", {"operators"}),
        # JSON
        ('["writers","operators"]', {"writers", "operators"}),
        ('["two words", 7, true, null, {"a": 1}]', {"two words", "7", "true", "null", '{"a": 1}'}),
        ("[1 2]", {"1", "2"}),
        # As the local stack's or another authorizer may pass it
        (["writers", "operators"], {"writers", "operators"}),
        # What lists nothing
        ("", set()), (None, set()), (True, set()), ({"operators": True}, set()),
        # What is no list, however it looks
        ("[operators", {"[operators"}), ('{"operators"}', {'{"operators"}'}),
        ("map[roles:[operators]]", {"map[roles:[operators]]"}),
    ]:  # fmt: skip
        assert values_of(claim) == values


def test_a_value_is_found_as_a_whole_only() -> None:
    for claim in ["co-operators", "operators2", "Operators", "[my-operators]", "operators:read"]:
        assert "operators" not in values_of(claim)


def test_what_is_nested_beyond_reason_lists_nothing_that_counts() -> None:
    assert "operators" not in values_of("[" * 100_000 + "]" * 100_000)
