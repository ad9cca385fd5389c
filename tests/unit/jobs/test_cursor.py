from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.jobs import cursor
from castline.jobs.errors import InvalidCursor

A_CURSOR = cursor.encode("01890a5d-ac96-774b-bcce-b302099a8057")


@given(st.uuids())
def test_a_cursor_gives_back_its_position(job_id: object) -> None:
    assert cursor.decode(cursor.encode(str(job_id))) == str(job_id)


def test_what_no_page_has_given_is_refused() -> None:
    for forged in ["", "x", "你好", "AAAA", "a" * 500, "AZ9-_w==", "AZ9 AZ9 AZ9 AZ9 AZ9 AZ", "\x00", "!" + A_CURSOR]:
        with pytest.raises(InvalidCursor):
            cursor.decode(forged)


@given(st.text(max_size=60))
def test_any_text_is_either_a_cursor_of_ours_or_refused(text: str) -> None:
    try:
        job_id = cursor.decode(text)
    except InvalidCursor:
        return
    assert cursor.encode(job_id) == text
