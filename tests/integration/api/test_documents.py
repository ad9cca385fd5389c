"""Documents that users keep by name: changed under conditions, limited in number, and safe from other users."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from castline import composition
from castline.documents import items
from castline.documents.errors import DocumentError
from castline.documents.limits import MAX_BODY_BYTES, MAX_DOCUMENTS
from castline.dynamodb import serialize
from castline.jobs.model import Titles
from castline.pronunciation_sets.items import PRONUNCIATION_SETS
from castline.shows.items import SHOWS
from castline.shows.model import Show
from castline.speech.pronunciation import Pronunciation
from castline.usecases import keep_documents
from local import resources
from tests.integration.api.client import Answer, call

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline.documents.model import DocumentSummary, Kind
    from castline.usecases.keep_documents import KeepDocuments

pytestmark = pytest.mark.usefixtures("service")


@dataclass(frozen=True)
class Documents:
    """The documents of one kind, as a user writes them: each number is another content."""

    path: str
    kind: Kind[Any]
    code: str
    limit: str

    def body(self, number: int) -> dict[str, Any]:
        if self.kind is SHOWS:
            return {"title": f"Episode {number}"}
        return {"entries": [{"text": f"word {number}", "alias": "x"}]}

    def put(self, user: str, name: str, number: int = 0, **headers: str) -> Answer:
        named = {"Accept-Language": "en"} | {key.replace("_", "-"): value for key, value in headers.items()}
        return call("PUT", f"{self.path}/{name}", user=user, json=self.body(number), headers=named)

    def get(self, user: str, name: str, **headers: str) -> Answer:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return call("GET", f"{self.path}/{name}", user=user, headers=named)

    def delete(self, user: str, name: str, **headers: str) -> Answer:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return call("DELETE", f"{self.path}/{name}", user=user, headers=named)

    def keeper(self) -> KeepDocuments[Any]:
        """Return the use case. Threads call it: the resolver of the API takes one request at a time."""
        return composition.keep_shows() if self.kind is SHOWS else composition.keep_pronunciations()

    def content(self, number: int) -> Any:
        """Return what the use case is given for a body."""
        if self.kind is SHOWS:
            return Show(titles=Titles(title=f"Episode {number}"))
        return (Pronunciation(text=f"word {number}", alias="x"),)

    def names(self, user: str) -> list[str]:
        answer = call("GET", self.path, user=user).json()
        assert answer["total"] == len(answer["items"])
        return [each["name"] for each in answer["items"]]


SETS = Documents("/pronunciations", PRONUNCIATION_SETS, "PRONUNCIATION_SET", "max_sets")


@pytest.fixture(params=[SETS, Documents("/shows", SHOWS, "SHOW", "max_shows")], ids=lambda each: each.path[1:])
def documents(request: pytest.FixtureRequest) -> Documents:
    kind: Documents = request.param
    return kind


def test_a_document_is_created_replaced_read_listed_and_deleted(documents: Documents, user: str) -> None:
    # When it is created, and replaced
    created, replaced = documents.put(user, "one"), documents.put(user, "one", 1)

    # Then it is read as it was written
    assert (created.status, replaced.status) == (201, 200)
    assert created.headers["ETag"] != replaced.headers["ETag"]
    read = documents.get(user, "one")
    assert read.json().items() >= ({"name": "one"} | documents.body(1)).items()
    assert read.headers["ETag"] == replaced.headers["ETag"] == replaced.json()["etag"]
    assert read.headers["Cache-Control"] == "private, no-cache"
    assert call("GET", documents.path, user=user).json()["items"] == [replaced.json()]

    # And when it is deleted, it is gone
    deleted = documents.delete(user, "one")
    assert (deleted.status, deleted.text) == (204, "")
    assert documents.get(user, "one").json()["error"] == f"{documents.code}_NOT_FOUND"
    assert documents.delete(user, "one").status == 404
    assert documents.names(user) == []


def test_documents_are_listed_by_name(documents: Documents, user: str) -> None:
    for name in ("zoo", "B.2", "a-1", "a_1"):
        assert documents.put(user, name).status == 201

    assert documents.names(user) == ["B.2", "a-1", "a_1", "zoo"]


def test_another_users_document_does_not_exist(documents: Documents, user: str) -> None:
    documents.put(user, "one")

    assert documents.get("another", "one").status == 404
    assert documents.delete("another", "one").status == 404
    assert documents.names("another") == []
    assert documents.get(user, "one").status == 200


def test_documents_of_one_name_but_two_kinds_have_nothing_to_do_with_each_other(user: str) -> None:
    shows = Documents("/shows", SHOWS, "SHOW", "max_shows")
    SETS.put(user, "one")

    assert shows.get(user, "one").status == 404
    assert shows.put(user, "one").status == 201
    assert SETS.delete(user, "one").status == 204
    assert shows.names(user) == ["one"]


def test_a_client_that_has_a_document_already_is_answered_304(documents: Documents, user: str) -> None:
    tag = documents.put(user, "one").headers["ETag"]

    known = documents.get(user, "one", If_None_Match=f'"other", W/{tag}')

    assert (known.status, known.text, known.headers["ETag"]) == (304, "", tag)
    documents.put(user, "one", 1)
    assert documents.get(user, "one", If_None_Match=tag).status == 200


def test_a_document_with_the_same_content_stays_as_it_is(documents: Documents, user: str) -> None:
    first = documents.put(user, "one")

    again = documents.put(user, "one")

    assert (again.status, again.json()) == (200, first.json())


def test_a_document_is_changed_only_as_it_is_known(documents: Documents, user: str) -> None:
    # Given a document that has changed since it was read
    old = documents.put(user, "one").headers["ETag"]
    new = documents.put(user, "one", 1).headers["ETag"]

    # Then writes on condition of what was read are refused
    for headers in ({"If_Match": old}, {"If_Match": f"W/{new}"}, {"If_None_Match": "*"}):
        refused = documents.put(user, "one", 2, **headers)
        assert (refused.status, refused.json()["error"]) == (412, "PRECONDITION_FAILED")
    assert documents.delete(user, "one", If_Match=old).status == 412
    assert documents.put(user, "absent", If_Match="*").status == 412
    assert documents.names(user) == ["one"]
    assert documents.get(user, "one").headers["ETag"] == new

    # And others are not
    assert documents.put(user, "one", 0, If_Match=f"{old}, {new}").status == 200
    assert documents.put(user, "one", 1, If_Match="*").status == 200
    assert documents.put(user, "new", If_None_Match="*").status == 201
    assert documents.delete(user, "one", If_Match=new).status == 204


def outcome(write: Callable[[], tuple[DocumentSummary, bool]]) -> str:
    try:
        _, is_new = write()
    except DocumentError as error:
        return type(error).__name__
    return "created" if is_new else "replaced"


def test_of_many_who_change_what_they_have_read_one_succeeds(documents: Documents, user: str) -> None:
    documents.put(user, "one")
    [read] = documents.keeper().list(user)

    def change(number: int) -> str:
        content = documents.content(number)
        return outcome(
            lambda: documents.keeper().put(user, "one", content, precondition=lambda version: version == read.version)
        )

    with ThreadPoolExecutor(6) as pool:
        outcomes = Counter(pool.map(change, range(1, 7)))

    assert outcomes == {"replaced": 1, "PreconditionFailed": 5}


def test_a_user_has_a_limited_number_of_documents_also_when_many_are_created_at_once(
    documents: Documents, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a user with room for three more documents
    monkeypatch.setattr(keep_documents, "MAX_DOCUMENTS", 5)
    for number in range(2):
        assert documents.put(user, f"first-{number}").status == 201

    # When six are created at once
    def create(number: int) -> str:
        content = documents.content(number)
        return outcome(
            lambda: documents.keeper().put(user, f"more-{number}", content, precondition=lambda _version: True)
        )

    with ThreadPoolExecutor(6) as pool:
        outcomes = Counter(pool.map(create, range(6)))

    # Then three are
    assert outcomes == {"created": 3, documents.kind.limit_exceeded.__name__: 3}
    assert len(documents.names(user)) == 5
    refused = documents.put(user, "another")
    assert (refused.status, refused.json()["error"]) == (409, f"{documents.code}_LIMIT_EXCEEDED")
    assert refused.json()["details"] == {documents.limit: MAX_DOCUMENTS}

    # And others can still be replaced, and created when one is deleted
    assert documents.put(user, "first-0", 1).status == 200
    assert documents.delete(user, "first-1").status == 204
    assert documents.put(user, "room").status == 201


def test_a_name_that_cannot_be_given_is_refused(documents: Documents, user: str) -> None:
    for name in ("..", ".x", "x y", "ü", '"', "x" * 65):
        refused = documents.put(user, name)

        assert [each["field"] for each in refused.json()["details"]["errors"]] == ["name"]
        assert documents.get(user, name).status == 404
        assert documents.delete(user, name).status == 404


def test_too_large_a_body_is_refused(documents: Documents, user: str) -> None:
    body = f'{{"{"x" * MAX_BODY_BYTES}": 1}}'

    refused = call("PUT", f"{documents.path}/one", user=user, data=body, content_type="application/json")

    assert (refused.status, refused.json()["details"]) == (413, {"max_bytes": MAX_BODY_BYTES})


def test_conflicting_transactions_are_tried_again(documents: Documents, user: str) -> None:
    conflicts = iter(range(3))
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def conflicting(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems" and next(conflicts, None) is not None:
            reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
            error: Any = {
                "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
                "ResponseMetadata": {"HTTPStatusCode": 400},
                "CancellationReasons": reasons,
            }
            raise client.exceptions.TransactionCanceledException(error, operation)
        return make_api_call(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", conflicting), patch("castline.dynamodb.time.sleep"):
        assert documents.put(user, "one").status == 201

    assert next(conflicts, None) is None
    assert documents.names(user) == ["one"]


@pytest.mark.parametrize("is_directory", [True, False])
def test_rows_that_this_release_cannot_read_are_a_503(documents: Documents, is_directory: bool, user: str) -> None:
    documents.put(user, "one")
    kind = documents.kind
    key = items.directory_key(kind, user) if is_directory else items.document_key(kind, user, "one")
    boto3.client("dynamodb").put_item(
        TableName=resources.TABLE_NAME,
        Item=serialize({**key, kind.content_attribute: b"?", kind.directory_attribute: b"?"}),
    )

    answer = call("GET", documents.path if is_directory else f"{documents.path}/one", user=user)

    assert (answer.status, answer.json()["error"]) == (503, "SERVICE_UNAVAILABLE")


def test_a_write_that_is_not_possible_just_now_changes_nothing(documents: Documents, user: str) -> None:
    def refuse(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)

    composition.keep_pronunciations()
    composition.keep_shows()
    with patch.object(BaseClient, "_make_api_call", refuse):
        assert documents.put(user, "one").status == 503

    assert documents.names(user) == []
