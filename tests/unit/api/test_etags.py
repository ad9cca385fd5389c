from __future__ import annotations

from castline.api.etags import entity_tag, is_known, may_change

TAG = entity_tag("en", "{}")


def test_a_tag_follows_each_of_its_parts_and_where_one_ends() -> None:
    assert entity_tag("en", "{}") == TAG
    assert (
        len({TAG, entity_tag("zh-TW", "{}"), entity_tag("en", "[]"), entity_tag("en{}"), entity_tag("e", "n{}")}) == 5
    )


def test_a_known_tag() -> None:
    for header in [TAG, f"W/{TAG}", f'"other", {TAG}', f'W/"a,b",W/{TAG} , "c"', "*", " * ", f'"",{TAG}']:
        assert is_known(TAG, header)


def test_an_unknown_tag() -> None:
    for header in [None, "", '"other"', TAG.strip('"'), f'W/"{TAG}"', '"*"', f"{TAG[:-1]}", "W/*"]:
        assert not is_known(TAG, header)


def test_a_tag_that_may_be_changed() -> None:
    for header in [None, "*", TAG, f'"other",{TAG}', f'W/"a,b", {TAG}']:
        assert may_change(TAG, if_match=header)


def test_a_tag_that_may_not_be_changed() -> None:
    for header in ["", '"other"', f"W/{TAG}", TAG.strip('"'), f'W/"a",W/{TAG}']:
        assert not may_change(TAG, if_match=header)


def test_what_does_not_exist_may_be_created_but_has_no_tag() -> None:
    assert may_change(None)
    assert may_change(None, if_none_match="*")
    assert not may_change(TAG, if_none_match="*")
    assert not may_change(None, if_match="*")
    assert not may_change(None, if_match=TAG)
