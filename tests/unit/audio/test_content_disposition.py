from __future__ import annotations

import re
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from castline.audio.content_disposition import content_disposition

NAMES = st.text(st.characters(exclude_categories=["Cs"]))


def test_the_name_is_given_for_old_clients_and_in_full() -> None:
    for filename, fallback, extended in [
        ("talk.mp3", "talk.mp3", "talk.mp3"),
        ("對話 1.mp3", "__ 1.mp3", "%E5%B0%8D%E8%A9%B1%201.mp3"),
        ('50% "off"\\.wav', "50_ _off__.wav", "50%25%20%22off%22%5C.wav"),
        ("a\r\nSet-Cookie: x", "a__Set-Cookie: x", "a%0D%0ASet-Cookie%3A%20x"),
    ]:
        expected = f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{extended}"

        assert content_disposition("attachment", filename) == expected


@given(NAMES)
def test_the_extended_value_decodes_to_the_name(filename: str) -> None:
    _, charset, extended = content_disposition("inline", filename).partition("filename*=UTF-8''")

    assert charset
    assert unquote(extended) == filename


@given(NAMES)
def test_no_name_can_break_out_of_the_header(filename: str) -> None:
    assert re.fullmatch(r"inline; filename=\"[ -~]*\"; filename\*=[!-~]+", content_disposition("inline", filename))
    assert content_disposition("inline", filename).count('"') == 2
