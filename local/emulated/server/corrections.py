"""Corrections of ministack where it differs from AWS."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from http.client import HTTPConnection
from typing import Any, Final

from ministack.core import iam_actions
from ministack.core.responses import error_response_json, json_response
from ministack.services import cloudfront, dynamodb, lambda_svc, stepfunctions

_API_HOST: Final = re.compile(r"([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
_EXPIRY_SECONDS: Final = 1.0
"""The interval at which expired items are deleted. DynamoDB takes up to some days."""


def correct() -> None:
    """Apply all corrections."""
    _allow_empty_answers()
    _forward_to_apis()
    _tell_partitions()
    _report_expired_items()
    _start_running_executions_again()
    _take_one_outcome()
    _fail_tasks_that_hand_out_no_token()


def _allow_empty_answers() -> None:
    """Let an HTTP API send a function's answer without a body, such as a 204, which ministack fails to encode."""
    shaped = lambda_svc.lambda_execute_result_to_api_proxy_response

    def without_none(result: Any) -> Any:
        answer, is_error = shaped(result)
        return (
            ({**answer, "body": answer.get("body") or ""}, is_error)
            if isinstance(answer, dict)
            else (answer, is_error)
        )

    lambda_svc.lambda_execute_result_to_api_proxy_response = without_none


def _forward_to_apis() -> None:
    """Let a distribution reach a deployed HTTP API: ministack connects to no Amazon host, not even its own APIs."""
    forward = cloudfront._forward_to_origin

    def forward_to_own(
        origin: dict[str, Any],
        method: str,
        uri: str,
        query: str,
        headers: dict[str, str],
        body: bytes,
        viewer_is_https: bool,
        client_ip: str = "127.0.0.1",
        forwarded_for: str = "",
    ) -> tuple[int, str, list[tuple[str, str]], bytes]:
        api = _API_HOST.fullmatch(origin["domain_name"])
        if api is None:
            answer: tuple[int, str, list[tuple[str, str]], bytes] = forward(
                origin, method, uri, query, headers, body, viewer_is_https, client_ip, forwarded_for
            )
            return answer
        connection = HTTPConnection("127.0.0.1", int(os.environ["GATEWAY_PORT"]), timeout=30)
        try:
            sent = dict(cloudfront._origin_request_headers(origin, headers, client_ip, forwarded_for))
            sent = {name: value for name, value in sent.items() if name.lower() != "host"}
            sent["Host"] = f"{api[1]}.execute-api.localhost"
            connection.request(method, f"{uri}?{query}" if query else uri, body=body or None, headers=sent)
            response = connection.getresponse()
            return response.status, response.reason, response.getheaders(), response.read()
        finally:
            connection.close()

    cloudfront._forward_to_origin = forward_to_own


def _tell_partitions() -> None:
    """Provide ``dynamodb:LeadingKeys``, the partitions that a request names, to policies; ministack does not have it.

    Only the partition key of Castline's table is read. Indexes have other keys, which no policy checks.
    """
    context = iam_actions.dynamodb_service_context

    def with_partitions(body: bytes) -> dict[str, Any]:
        return {**context(body), **_leading_keys(body)}

    iam_actions.dynamodb_service_context = with_partitions


def _leading_keys(body: bytes) -> dict[str, list[str]]:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return {}
    items = [request.get("Key") or request.get("Item")]
    for written in request.get("TransactItems", []):
        items += [each.get("Key") or each.get("Item") for each in written.values()]
    keys = [item["pk"]["S"] for item in items if item and "pk" in item]
    return {"dynamodb:LeadingKeys": keys} if keys else {}


def _report_expired_items() -> None:
    """Write the removal of expired items to the streams; ministack deletes them without a record."""
    threading.Thread(target=_delete_expired_items, name="time-to-live", daemon=True).start()


def _delete_expired_items() -> None:
    while True:
        time.sleep(_EXPIRY_SECONDS)
        now = time.time()
        with dynamodb._lock:
            for (account, region, name), setting in list(dynamodb._ttl_settings.all_items()):
                table = dynamodb._tables.get_scoped(account, region, name)
                if table is None or setting["TimeToLiveStatus"] != "ENABLED":
                    continue
                for partition, items in list(table["items"].items()):
                    for sort, item in list(items.items()):
                        expires_at = item.get(setting["AttributeName"], {}).get("N")
                        if expires_at is not None and float(expires_at) <= now:
                            _expire(table, name, partition, sort)


def _expire(table: dict[str, Any], name: str, partition: str, sort: str) -> None:
    """Delete an item, and record its removal as DynamoDB's own."""
    dynamodb._emit_stream_event(name, "REMOVE", dynamodb._remove_item(table, partition, sort), None)
    if records := dynamodb._stream_records.get(name):
        records[-1]["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def _start_running_executions_again() -> None:
    """Accept a second start of a running execution with the same input; ministack refuses it."""
    start = stepfunctions._start_execution

    def start_once(request: dict[str, Any]) -> Any:
        name = f"{request['stateMachineArn'].replace(':stateMachine:', ':execution:')}:{request.get('name')}"
        running = stepfunctions._executions.get(name)
        if running and running["status"] == "RUNNING" and running["input"] == request.get("input", "{}"):
            return json_response({"executionArn": name, "startDate": running["startDate"]})
        return start(request)

    stepfunctions._start_execution = start_once


def _take_one_outcome() -> None:
    """Refuse a second outcome of a task; ministack accepts one until it has noticed the first."""
    told = threading.Lock()

    def once(send: Any) -> Any:
        def sent(request: dict[str, Any]) -> Any:
            with told:
                task = stepfunctions._task_tokens.get(request.get("taskToken"))
                if task is not None and task["event"].is_set():
                    return error_response_json("TaskTimedOut", "The task has been closed.", 400)
                return send(request)

        return sent

    stepfunctions._send_task_success = once(stepfunctions._send_task_success)
    stepfunctions._send_task_failure = once(stepfunctions._send_task_failure)


def _fail_tasks_that_hand_out_no_token() -> None:
    """Fail a task whose function fails before it passes on the token; ministack would wait for an outcome."""
    call = stepfunctions._call_lambda

    def called(function: str, event: Any) -> Any:
        try:
            return call(function, event)
        except stepfunctions._ExecutionError as error:
            token = event.get("task_token") if isinstance(event, dict) else None
            if (task := stepfunctions._task_tokens.get(token)) is not None:
                task["error"] = {"Error": error.error, "Cause": error.cause}
                task["event"].set()
            raise

    stepfunctions._call_lambda = called
