"""``aws`` that asks nobody: it takes what AWS's command takes, by botocore's models, and answers in AWS's shapes.

An operation, parameter or field that AWS does not have is a failure, and so is a ``--query`` that finds nothing.
"""

from __future__ import annotations

import json
import marshal
import socket
import sys
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, Self

import jmespath
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.session import Session
from botocore.validate import ParamValidator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from botocore.model import OperationModel, Shape

OF_THE_COMMAND: Final = frozenset(
    {"cli-binary-format", "cli-read-timeout", "max-items", "output", "page-size", "query", "region"}
)
"""Options of AWS's command itself."""
S3_COMMANDS: Final = {"rm": {"--recursive"}, "rb": {"--force"}}
"""Commands that are no operations, with their options."""
STDIN: Final = "file:///dev/stdin"
# Without botocore, whose models take a second to load: the stand-in loads each once. It also does without modules of
# Python that are slow to load.
PROGRAM: Final = f"""#!{sys.executable} -IS
import _socket, marshal, sys
# Its input may come from another one of its kind, which has to be answered first.
stdin = sys.stdin.read() if {STDIN!r} in sys.argv else ""
line = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
line.connect({{address!r}})
line.sendall(marshal.dumps((sys.argv[1:], stdin)))
line.shutdown(_socket.SHUT_WR)
parts = []
while part := line.recv(65536):
    parts.append(part)
printed, problem = marshal.loads(b"".join(parts))
sys.stdout.write(printed)
sys.exit(problem)
"""


class NotTaken(Exception):
    """A command that AWS would refuse, or a query that finds nothing."""


class StandInAws:
    """AWS's command, within a ``with``.

    Attributes:
        failures: the commands that were refused, each with the reason: a shell goes on after them.
    """

    def __init__(self, folder: Path, answers: Mapping[str, Mapping[str, Any]]) -> None:
        """Prepare the command.

        Args:
            folder: that of the program, which is to be on the shell's path.
            answers: fields of answers that the commands of a page depend on, by ``service.Operation``.
        """
        self.failures: list[str] = []
        self._answers = answers
        self._address = str(folder / "aws.socket")
        self._program = folder / "aws"
        self._session = Session()

    def __enter__(self) -> Self:
        """Write the program, and answer it."""
        self._program.write_text(PROGRAM.format(address=self._address), "utf-8")
        self._program.chmod(0o755)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self._address)
        self._listener.listen()
        Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Answer no more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line, line.makefile("rb") as sent:
                words, stdin = marshal.loads(sent.read())  # noqa: S302 (our own program has sent it)
                try:
                    printed, problem = self._run(words, stdin), 0
                except Exception as error:  # noqa: BLE001 (whatever it is, the shell waits for an answer)
                    printed, problem = "", 1
                    self.failures.append(f"aws {' '.join(words)}: {error}")
                line.sendall(marshal.dumps((printed, problem)))

    def _run(self, words: Sequence[str], stdin: str) -> str:
        service, operation, *rest = words
        is_complete = not rest or rest[-1] != "…"
        if service == "s3":
            options = {each for each in rest if each.startswith("--")}
            if operation not in S3_COMMANDS or not options <= S3_COMMANDS[operation]:
                raise NotTaken("s3 has no such command")
            return ""
        waits = operation == "wait"
        if waits:
            operation, *rest = rest
        model = self._operation(service, operation, waits=waits)
        shape = model.input_shape
        assert shape is not None
        parameters, own = parsed(rest, shape, stdin)
        if is_complete:
            report = ParamValidator().validate(parameters, shape)
            if report.has_errors():
                raise NotTaken(report.generate_report())
        return "" if waits else self._answer(f"{service}.{model.name}", model.output_shape, own)

    @cache  # noqa: B019 (it lives as long as a test)
    def _operation(self, service: str, operation: str, *, waits: bool) -> OperationModel:
        try:
            model = self._session.get_service_model(service)
        except UnknownServiceError as error:
            raise NotTaken("there is no such service") from error
        names = {xform_name(name, "-"): name for name in model.operation_names}
        if waits:
            loader = self._session.get_component("data_loader")
            waiters = loader.load_service_model(service, "waiters-2")["waiters"]
            names = {xform_name(name, "-"): waiter["operation"] for name, waiter in waiters.items()}
        if operation not in names:
            raise NotTaken(f"there is no operation {operation}")
        return model.operation_model(names[operation])

    def _answer(self, operation: str, shape: Shape | None, options: Mapping[str, str]) -> str:
        content: Any = {**(sample(shape) if shape else {}), **self._answers.get(operation, {})}
        if "query" in options:
            content = jmespath.search(options["query"], content)
            if content is None:
                raise NotTaken("the query finds nothing")
        if options.get("output") != "text":
            return f"{json.dumps(content)}\n"
        lines = (
            content if isinstance(content, list) and any(isinstance(each, list) for each in content) else [content]
        )
        return "".join(f"{text_of(each)}\n" for each in lines)


def parsed(words: Sequence[str], shape: Any, stdin: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the parameters of an operation, and the options of the command.

    Raises:
        NotTaken: there is no such parameter, or its value cannot be read.
    """
    members = {xform_name(name, "-"): name for name in shape.members}
    parameters: dict[str, Any] = {}
    options: dict[str, str] = {}
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if not word.startswith("--"):
            continue  # the file that `lambda invoke` writes to
        values = []
        while position < len(words) and not words[position].startswith("--"):
            values.append(words[position])
            position += 1
        name = word.removeprefix("--")
        if name in OF_THE_COMMAND:
            options[name] = values[0]
        elif name in members:
            parameters[members[name]] = value_of(values, shape.members[members[name]], stdin) if values else True
        elif name.removeprefix("no-") in members:
            parameters[members[name.removeprefix("no-")]] = False
        else:
            raise NotTaken(f"there is no parameter {word}")
    return parameters, options


def value_of(values: list[str], shape: Any, stdin: str) -> Any:
    """Return a parameter's value, which may be JSON or AWS's shorthand."""
    text = stdin if values[0] == STDIN else values[0]
    try:
        match shape.type_name:
            case "integer" | "long":
                return int(text)
            case "boolean":
                return {"true": True, "false": False}[text]
            case "blob":
                json.loads(text)
                return text.encode()
            case "list" if not text.startswith("["):
                return values if shape.member.type_name == "string" else list(map(shorthand, values))
            case "list" | "structure" | "map":
                return json.loads(text) if text[:1] in {"[", "{"} else shorthand(text)
    except (KeyError, ValueError) as error:
        raise NotTaken(f"{text} cannot be read: {error}") from error
    return text


def shorthand(text: str) -> dict[str, Any]:
    """Return a structure that is written as ``Name=email,Value=anna``."""
    pairs = dict(pair.split("=", 1) for pair in text.split(","))
    return {name: int(value) if value.isdigit() else value for name, value in pairs.items()}


def text_of(content: Any) -> str:
    return "\t".join(map(str, content)) if isinstance(content, list) else str(content)


def sample(shape: Any, *within: str) -> Any:
    """Return an answer of a shape in which every field has a value."""
    if shape.name in within:
        return None
    match shape.type_name:
        case "structure":
            return {name: sample(member, *within, shape.name) for name, member in shape.members.items()}
        case "list":
            return [sample(shape.member, *within, shape.name)]
        case "map":
            return {"name": sample(shape.value, *within, shape.name)}
        case "integer" | "long" | "float" | "double":
            return 1
        case "boolean":
            return True
        case "timestamp":
            return "2026-01-20T10:00:00Z"
    return shape.enum[0] if getattr(shape, "enum", None) else "sample".ljust(shape.metadata.get("min", 0), "-")
