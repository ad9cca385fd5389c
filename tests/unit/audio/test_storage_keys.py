from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from castline.audio.keys import audio_key, segment_key

USER_IDS = st.text(st.characters(exclude_categories=["Cs"]))


def test_a_plain_user_id_stays_readable() -> None:
    assert segment_key("a1b2-c3", "f00d") == "segments/a1b2-c3/f00d"


def test_an_audio_key_names_job_and_file() -> None:
    assert audio_key("job", "file", "mp3") == "audio/job/file.mp3"


@given(USER_IDS)
def test_a_user_id_is_one_component_of_the_path_whatever_it_holds(user_id: str) -> None:
    assert re.fullmatch(r"segments/[0-9A-Za-z%_~-]*/f00d", segment_key(user_id, "f00d"))


@given(st.one_of(USER_IDS, st.just("a/b"), st.just("a%2Fb")), st.one_of(USER_IDS, st.just("a%252Fb")))
def test_two_users_never_share_a_key(one: str, other: str) -> None:
    assert (segment_key(one, "f00d") == segment_key(other, "f00d")) == (one == other)
