"""Pronunciation sets: kept by name for each user, changed under conditions, and used by submissions."""

from __future__ import annotations

import json
import random
from typing import Any

import boto3
import pytest

from castline.documents import items
from castline.documents.limits import MAX_BODY_BYTES
from castline.dynamodb import pack, serialize
from castline.pronunciation_sets.items import PRONUNCIATION_SETS
from castline.speech.pronunciation import MAX_PRONUNCIATIONS, MAX_SPOKEN_CHARACTERS, MAX_TEXT_CHARACTERS
from local import resources
from tests.integration.api.client import Answer, call

pytestmark = pytest.mark.usefixtures("service")

SQL = [{"text": "SQL", "alias": "sequel", "language": "en"}]
CHONGQING = [{"text": "重慶", "phoneme": "chong 2 qing 4", "alphabet": "sapi", "language": "zh-CN"}]


def put(user: str, name: str, entries: Any) -> Answer:
    return call(
        "PUT", f"/pronunciations/{name}", user=user, json={"entries": entries}, headers={"Accept-Language": "en"}
    )


def get(user: str, name: str) -> Answer:
    return call("GET", f"/pronunciations/{name}", user=user)


def problems(answer: Answer) -> dict[str, str]:
    assert answer.status == 400
    return {each["field"]: each["message"] for each in answer.json()["details"]["errors"]}


def test_a_set_is_read_as_it_was_written(user: str) -> None:
    assert put(user, "brands", SQL + CHONGQING).status == 201

    assert get(user, "brands").json() == {"name": "brands", "entries": SQL + CHONGQING}
    (listed,) = call("GET", "/pronunciations", user=user).json()["items"]
    assert (listed["name"], listed["entry_count"]) == ("brands", 2)


@pytest.mark.parametrize(
    ("entry", "field", "message"),
    [
        ({"text": "a"}, "", "must have either alias or phoneme, but not both"),
        ({"text": "a", "alias": "b", "phoneme": "a"}, "", "must have either alias or phoneme, but not both"),
        ({"text": "a", "alias": "b", "alphabet": "ipa"}, "", "alphabet can only be used with phoneme"),
        ({"text": "\u200b", "alias": "b"}, ".text", "must not be blank"),
        ({"text": "a", "alias": " "}, ".alias", "must not be blank"),
        ({"text": "a\x00", "alias": "b"}, ".text", "character 2 cannot be spoken (U+0000)"),
        ({"text": "a" * 101, "alias": "b"}, ".text", "must not have more than 100 characters"),
        ({"text": "a", "alias": "b" * 201}, ".alias", "must not have more than 200 characters"),
        ({"text": "a", "phoneme": "a", "alphabet": "x-sampa"}, ".alphabet", "must be 'ipa' or 'sapi'"),
        ({"text": "a", "alias": "b", "language": "e"}, ".language", "must be a language tag such as zh-TW"),
        ({"text": "a", "alias": "b", "x": 1}, ".x", "unknown field"),
    ],
)
def test_an_entry_that_is_not_valid_is_refused(entry: dict[str, Any], field: str, message: str, user: str) -> None:
    assert problems(put(user, "brands", [*SQL, entry])) == {f"entries[1]{field}": message}


def test_no_two_entries_have_the_same_text_and_language(user: str) -> None:
    entries = [
        {"text": "caf\u00e9", "alias": "a"},
        {"text": "cafe\u0301", "alias": "b"},
        {"text": "caf\u00e9", "alias": "c", "language": "fr-CA"},
        {"text": "caf\u00e9", "alias": "d", "language": "FR-ca"},
        {"text": "CAF\u00c9", "alias": "e"},
    ]

    duplicate = "an earlier entry has the same text and language"
    assert problems(put(user, "brands", entries)) == {"entries[1].text": duplicate, "entries[3].text": duplicate}


def test_a_phoneme_that_nobody_could_speak_is_refused(user: str) -> None:
    entries = [
        *CHONGQING,
        {"text": "tomato", "phoneme": "təˈmeɪtoʊ"},
        {"text": "重慶", "phoneme": "chong 2 qing 4", "alphabet": "sapi", "language": "en-US"},
        {"text": "x", "phoneme": "@@@"},
    ]

    refused = problems(put(user, "brands", entries))

    assert list(refused) == ["entries[2].phoneme", "entries[3].phoneme"]
    assert put(user, "brands", entries[:2]).status == 201
    assert get(user, "brands").json()["entries"][1] == {
        "text": "tomato",
        "phoneme": "təˈmeɪtoʊ",
        "alphabet": "ipa",
    }


def test_too_many_entries_and_too_large_a_body_are_refused(user: str) -> None:
    entries = [{"text": f"word {number}", "alias": "x"} for number in range(MAX_PRONUNCIATIONS + 1)]

    assert list(problems(put(user, "brands", entries))) == ["entries"]
    too_large = put(user, "brands", [{"text": "x", "alias": "x" * MAX_BODY_BYTES}])
    assert (too_large.status, too_large.json()["details"]) == (413, {"max_bytes": MAX_BODY_BYTES})


def test_the_largest_set_is_stored_even_if_it_cannot_be_compressed(user: str) -> None:
    chance = random.Random(1)

    def text(characters: int) -> str:
        return "".join(chr(chance.randrange(0x20, 0x7F)) for _ in range(characters))

    alias = MAX_SPOKEN_CHARACTERS
    entries = [{"text": text(MAX_TEXT_CHARACTERS), "alias": text(alias)} for _ in range(MAX_PRONUNCIATIONS)]
    body = json.dumps({"entries": entries}).ljust(MAX_BODY_BYTES)
    assert len(body) == MAX_BODY_BYTES

    answer = call("PUT", "/pronunciations/brands", user=user, data=body, content_type="application/json")

    assert answer.status == 201
    assert get(user, "brands").json()["entries"] == entries


def submit(user: str, own: Any, *names: str, text: str = "SQL, nginx and YAML", **headers: str) -> Answer:
    body = {
        "provider": "azure",
        "turns": [{"speaker": "A", "text": text, "index": 0}],
        "voice_assignments": [{"speaker": "A", "voice_id": "en-US-JennyNeural"}],
        "language": "en-US",
        "pronunciations": own,
        "pronunciation_sets": names,
    }
    named = {"Accept-Language": "en"} | {key.replace("_", "-"): value for key, value in headers.items()}
    return call("POST", "/jobs", user=user, json=body, headers=named)


def test_a_submission_is_spoken_with_its_own_entries_first_and_then_with_those_of_its_sets(user: str) -> None:
    # Given two sets that know the same words
    put(user, "one", [{"text": "SQL", "alias": "one"}, {"text": "nginx", "alias": "one"}])
    put(
        user,
        "two",
        [{"text": each, "alias": "two"} for each in ("SQL", "nginx", "YAML", "JSON")],
    )

    # When a job is submitted with them
    submitted = submit(user, [{"text": "SQL", "alias": "own"}], "one", "two", "one")

    # Then it keeps what it needs of them, whatever becomes of them
    assert submitted.status == 201
    assert call("DELETE", "/pronunciations/two", user=user).status == 204
    kept = call("GET", f"/jobs/{submitted.json()['id']}", user=user).json()["input_params"]["pronunciations"]
    assert {each["text"]: each["alias"] for each in kept} == {"SQL": "own", "nginx": "one", "YAML": "two"}


def test_sets_may_have_more_entries_together_than_a_job_needs(user: str) -> None:
    # Given two sets of as many entries as possible
    words = [[f"word{number}x{each}" for each in range(MAX_PRONUNCIATIONS)] for number in range(2)]
    for name, those in zip(("one", "two"), words, strict=True):
        assert put(user, name, [{"text": each, "alias": "x"} for each in those]).status == 201

    # Then a job may be spoken with both
    few = submit(user, [], "one", "two", text=" ".join(words[0][:3] + words[1][:3]))
    assert few.status == 201
    kept = call("GET", f"/jobs/{few.json()['id']}", user=user).json()["input_params"]["pronunciations"]
    assert [each["text"] for each in kept] == words[0][:3] + words[1][:3]

    # Unless its texts need more than one job can have
    all_of_one, all_of_both = " ".join(words[0]), " ".join(words[0] + words[1])
    assert submit(user, [], "one", "two", text=all_of_one).status == 201
    assert problems(submit(user, [], "one", "two", text=all_of_both)) == {
        "pronunciation_sets": "the texts use 2000 pronunciations, which is more than 1000; split them into "
        "several jobs"
    }


def test_a_submission_is_known_again_by_the_names_of_its_sets(user: str) -> None:
    # Given a submission under a key
    put(user, "one", SQL)
    put(user, "two", SQL)
    first = submit(user, [], "one", Idempotency_Key="k")

    # When it is sent again after the set has changed, and with other pronunciations
    put(user, "one", [*SQL, *CHONGQING])
    again = submit(user, [], "one", Idempotency_Key="k")
    others = [submit(user, own, *names, Idempotency_Key="k") for own, *names in ([[], "two"], [[]], [SQL, "one"])]

    # Then it is the same job, and the others are other submissions
    assert (first.status, again.status) == (201, 201)
    assert again.json()["id"] == first.json()["id"]
    assert [other.status for other in others] == [422, 422, 422]


def test_a_submission_with_sets_that_do_not_exist_is_refused(user: str) -> None:
    put(user, "one", [])
    put("another", "theirs", SQL)

    assert problems(submit(user, [], "theirs", "one", "two")) == {
        "pronunciation_sets[0]": "you have no pronunciation set named theirs",
        "pronunciation_sets[2]": "you have no pronunciation set named two",
    }


def test_what_a_newer_release_has_added_is_ignored(user: str) -> None:
    put(user, "brands", SQL)
    key = serialize(items.document_key(PRONUNCIATION_SETS, user, "brands"))
    newer = pack([{**SQL[0], "stress": "first"}])
    boto3.client("dynamodb").update_item(
        TableName=resources.TABLE_NAME,
        Key=key,
        UpdateExpression="SET entries = :entries",
        ExpressionAttributeValues=serialize({":entries": newer}),
    )

    assert get(user, "brands").json()["entries"] == SQL
