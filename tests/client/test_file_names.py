"""Names of downloaded files: whatever the service offers, they stay in their folder and deceive nobody."""

from __future__ import annotations

import pytest

from castline_client.file_names import file_name


@pytest.mark.parametrize(
    ("offered", "name"),
    [
        ("../x.mp3", "x.mp3"),
        ("../x", "x"),
        ("/etc/x.mp3", "etc-x.mp3"),
        ("..\\..\\x.mp3", "x.mp3"),
        ("C:x.mp3", "C-x.mp3"),
        ("x.mp3/", "x.mp3"),
        ("..", "castline"),
        (".", "castline"),
        ("", "castline"),
        ("/", "castline"),
        (".bashrc", "bashrc"),
        ("-rf.mp3", "rf.mp3"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("a\u2066\u200fb\u200b.mp3", "ab.mp3"),
        ("a\x00b\x1b[2J\nc.mp3", "ab[2J c.mp3"),
        ("a\u2028b\udc00.mp3", "a b.mp3"),
        ("字" * 300 + ".mp3", "字" * 60 + ".mp3"),
        ("x." + "y" * 300, "x." + "y" * 20),
        ("AC/DC: live?.mp3", "AC-DC- live.mp3"),
        ("名前。v1.2–終.mp3", "名前。v1.2–終.mp3"),
    ],
)
def test_an_offered_name_becomes_a_safe_one(offered: str, name: str) -> None:
    assert file_name(offered) == name
