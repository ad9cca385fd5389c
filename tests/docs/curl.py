"""``curl`` for machines that have none: the options that the guide uses, over plain HTTP, without a package."""

from __future__ import annotations

import argparse
import http.client
import sys
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote, urlsplit


def main() -> None:
    options = _read_options()
    answer, content = _ask(options, options.url)
    while options.location and answer.status in {301, 302, 303, 307, 308}:
        answer, content = _ask(options, answer.headers["Location"])
    if options.include:
        lines = [
            f"HTTP/1.1 {answer.status} {answer.reason}",
            *(f"{name}: {value}" for name, value in answer.getheaders()),
        ]
        sys.stdout.buffer.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1"))
    if (name := _file_name(options, answer)) is None:
        sys.stdout.buffer.write(content)
    else:
        Path(name).write_bytes(content)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", dest="data", action="append", default=[])
    parser.add_argument("--data-urlencode", dest="data", action="append", type=_encoded)
    parser.add_argument("-T", dest="upload", type=Path)
    parser.add_argument("-G", dest="as_query", action="store_true")
    parser.add_argument("-o", dest="output")
    parser.add_argument("-s", dest="silent", action="store_true")
    parser.add_argument("-i", dest="include", action="store_true")
    parser.add_argument("-L", dest="location", action="store_true")
    parser.add_argument("-O", dest="remote_name", action="store_true")
    parser.add_argument("-J", dest="header_name", action="store_true")
    return parser.parse_args()


def _encoded(data: str) -> str:
    name, _, value = data.partition("=")
    return f"{name}={quote(value, safe='')}"


def _ask(options: argparse.Namespace, url: str) -> tuple[http.client.HTTPResponse, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=90)
    joined = "&".join(options.data)
    query, data = (joined, None) if options.as_query else (parts.query, joined.encode() or None)
    headers = {"Accept": "*/*"} | ({"Content-Type": "application/x-www-form-urlencoded"} if data else {})
    method = options.method or ("POST" if data else "GET")
    if options.upload:
        method, data = "PUT", options.upload.read_bytes()
    for header in options.headers:
        name, _, value = header.partition(":")
        headers[name.title()] = value.strip()
    target = parts.path + (f"?{query}" if query else "")
    connection.request(method, target, data, headers)
    answer = connection.getresponse()
    return answer, answer.read()


def _file_name(options: argparse.Namespace, answer: http.client.HTTPResponse) -> str | None:
    if options.remote_name and options.header_name:
        message = EmailMessage()
        message["Content-Disposition"] = answer.headers["Content-Disposition"]
        return message.get_filename()
    if options.remote_name:
        return Path(urlsplit(options.url).path).name
    return str(options.output) if options.output else None


if __name__ == "__main__":
    main()
