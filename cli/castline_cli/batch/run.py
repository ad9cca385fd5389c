"""Batch run: keeps as many jobs active as allowed, downloads finished audio, and resumes an earlier run."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from castline_cli import shown
from castline_cli.batch.requests import prepare
from castline_cli.errors import (
    FileProblem,
    Interrupted,
    JobFailed,
    Misused,
    NotFound,
    Refused,
    SignedOut,
    Unreachable,
)
from castline_cli.estimates import ask_for_estimate
from castline_cli.fetching import demand_audio, fetch_audio, fetch_subtitles
from castline_cli.files import Target
from castline_cli.pronunciations import in_files
from castline_cli.strings import t
from castline_client.operations.waiting import ENDED, MIN_POLL_SECONDS, PATIENCE_SECONDS, POLL_SECONDS
from castline_client.retries import retry_after_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    from castline_cli.api import Api, Json
    from castline_cli.batch.lines import Lines
    from castline_cli.batch.requests import Prepared, Shared
    from castline_cli.batch.sources import Entry
    from castline_cli.batch.state import Remembered, State
    from castline_cli.session import Session
    from castline_cli.uploads import Uploads

CAP_PAUSE_SECONDS: Final = 5.0
"""Seconds to wait at the cap of active jobs before the next submission, unless a job of the batch ends earlier."""
_FULL: Final = "JOB_LIMIT_EXCEEDED"
_STOPS: Final = frozenset({"QUOTA_EXCEEDED", "SUBMISSIONS_STOPPED"})
"""Error codes after which further submissions would be refused, too."""
_KEY_REUSED: Final = "IDEMPOTENCY_KEY_REUSED"


@dataclass(slots=True)
class File:
    """File that a batch makes, and its state.

    Attributes:
        entry: the script and its options.
        name: the file name in the folder of the audio.
        digest: a hash of everything that shapes the file; empty if the script cannot be read.
        status: ``waiting``, ``active``, ``done``, ``unchanged``, ``failed``, ``not submitted`` or ``estimated``.
        problem: the reason why there is no audio.
        code: the API's error code for the problem.
        job_id: the id of the job.
        job: the last known state of the job.
        prepared: the request, once it is prepared.
        estimate: the estimate, if one was requested.
        tag: the ETag of ``job``.
        look_at: the time of the next request for the job, on a monotonic clock.
    """

    entry: Entry
    name: str
    digest: str = ""
    status: str = "waiting"
    problem: str = ""
    code: str = ""
    job_id: str | None = None
    job: Json | None = None
    prepared: Prepared | None = None
    estimate: Json | None = None
    tag: str | None = None
    look_at: float = 0.0

    @property
    def has_come(self) -> bool:
        """Whether the audio has been downloaded."""
        return self.status in {"done", "unchanged"}

    @property
    def length(self) -> str:
        """The duration as text; empty if it is unknown."""
        result = self._result
        return shown.duration(result["duration_ms"]) if result else ""

    @property
    def billed(self) -> int:
        """The number of characters that this run billed."""
        result = self._result
        return int(result["billed_characters"]) if result and self.status == "done" else 0

    def fail(self, error: Exception, *, code: str = "") -> None:
        """Record the reason why there is no audio, with the place of the script in the message."""
        text = str(error)
        self.status, self.code = "failed", code
        self.problem = text if self.entry.place in text else f"{self.entry.place}: {text}"

    def as_json(self) -> Json:
        """Return the result as JSON, for programs."""
        result = self._result
        return {
            "source": self.entry.place,
            "title": self.entry.title,
            "file": self.name,
            "status": self.status,
            "job_id": self.job_id,
            "duration_ms": result["duration_ms"] if result else None,
            "billed_characters": self.billed,
            **({"estimate": self.estimate} if self.estimate else {}),
            "error": {"code": self.code, "message": self.problem} if self.problem else None,
        }

    @property
    def _result(self) -> Json | None:
        return self.job.get("result_metadata") if self.job else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Destination of the files.

    Attributes:
        folder: the folder of audio and subtitles.
        force: whether files that this batch has not made may be overwritten.
        subtitle_format: the format of the subtitles; None for no subtitles.
    """

    folder: Path
    force: bool
    subtitle_format: str | None


class Batch:
    """One run of ``castline batch``."""

    def __init__(
        self,
        api: Api,
        session: Session,
        files: Sequence[File],
        shared: Shared,
        *,
        place: Place,
        state: State,
        uploads: Uploads,
        lines: Lines,
    ) -> None:
        self._api = api
        self._session = session
        self._files = files
        self._shared = shared
        self._place = place
        self._state = state
        self._uploads = uploads
        self._lines = lines
        self._speakers: set[str] = set()
        self._answered_at = time.monotonic()
        self.stopped_by: Refused | None = None
        """The refusal after which no more jobs were submitted."""

    @property
    def speakers(self) -> frozenset[str]:
        """The keys of all speakers of scripts that were read."""
        return frozenset(self._speakers)

    def run(self) -> None:
        """Make all files; one that cannot be made does not stop the others.

        Raises:
            Interrupted: by Ctrl-C.
            Unreachable: the service has been away for long.
            SignedOut: the sign-in has ended.
        """
        try:
            self._run()
        except KeyboardInterrupt as interruption:
            raise Interrupted(t("interrupted; {come_back}", come_back=self._come_back())) from interruption
        except (SignedOut, Unreachable) as error:
            raise type(error)(f"{error}\n  {self._come_back()}") from error

    def estimate(self) -> None:
        """Estimate the cost of each file without creating jobs. An invalid file does not stop the others.

        Raises:
            Unreachable: the service does not answer.
            SignedOut: the sign-in has expired.
        """
        for file in self._files:
            if file.problem:
                continue
            try:
                file.prepared = prepare(self._api, file.entry, self._shared, self._uploads)
                file.estimate = ask_for_estimate(self._api, file.prepared.path, file.prepared.request).body
            except (FileProblem, Misused, NotFound) as error:
                self._fail(file, error)
            except Refused as refusal:
                self._fail(file, refusal, code=refusal.code)
            else:
                file.status = "estimated"

    def _run(self) -> None:
        waiting = deque(file for file in self._files if not file.problem and not self._is_unchanged(file))
        active: list[File] = []
        submit_at = 0.0
        while waiting or active:
            if self.stopped_by is not None:
                self._leave(waiting)
            elif waiting and time.monotonic() >= submit_at:
                file = waiting.popleft()
                if self._submit(file):
                    active.append(file)
                elif not file.problem:  # The cap of active jobs is reached, or submissions are refused.
                    waiting.appendleft(file)
                    submit_at = time.monotonic() + CAP_PAUSE_SECONDS
                continue
            for file in [each for each in active if each.look_at <= time.monotonic()]:
                if self._has_ended(file):
                    active.remove(file)
                    submit_at = 0.0
                    if file.status == "waiting":  # Its job was submitted by an earlier run, and no longer exists.
                        waiting.append(file)
            moments = [file.look_at for file in active] + ([submit_at] if waiting else [])
            if moments:
                time.sleep(max(min(moments) - time.monotonic(), 0.0))

    def _is_unchanged(self, file: File) -> bool:
        """Return whether the file exists and was made from the same script and options."""
        known = self._remembered(file)
        if not (known.is_here and (self._place.folder / file.name).is_file()):
            return False
        file.status, file.job_id = "unchanged", known.job_id
        self._lines.end(file)
        return True

    def _submit(self, file: File) -> bool:
        """Submit a job for a file, or use the job of an earlier run. Return whether the file has a job."""
        known = self._remembered(file)
        try:
            self._demand_free(file, known)
            if known.job_id is None:
                known.job_id = self._create(file, known)
                self._state.save()
        except Refused as refusal:
            if refusal.code == _FULL:
                self._lines.wait(t("waiting for a free slot"))
            elif refusal.code in _STOPS:
                self.stopped_by = refusal
            else:
                self._fail(file, refusal, code=refusal.code)
            return False
        except (FileProblem, Misused, NotFound) as error:
            self._fail(file, error)
            return False
        file.status, file.job_id = "active", known.job_id
        self._lines.wait("")
        self._lines.begin(file)
        return True

    def _create(self, file: File, known: Remembered) -> str:
        """Submit the job of a file, with an idempotency key that is saved first. Return the job's id."""
        if file.prepared is None:
            file.prepared = prepare(self._api, file.entry, self._shared, self._uploads)
            self._speakers |= file.prepared.speakers
        prepared = file.prepared
        self._state.save()
        try:
            answer = self._api.create(prepared.path, prepared.request, key=known.key)
        except Refused as refusal:
            if refusal.code == _KEY_REUSED:  # Another release of the service has parsed the same script differently.
                known.key = self._state.renew(file.name, file.digest).key
                return self._create(file, self._remembered(file))
            if not refusal.problems:
                raise
            raise in_files(refusal, "pronunciations", self._shared.pronunciations) from refusal
        turns = [turn for turn in prepared.turns if "line" in turn]
        prepared.warnings.tell_of_turns(answer.body.get("warnings", ()), turns)
        return str(answer.body["id"])

    def _has_ended(self, file: File) -> bool:
        """Poll a file's job, and download the audio if the job has ended. Return whether it has ended."""
        try:
            headers = {"If-None-Match": file.tag} if file.tag else {}
            answer = self._api.request("GET", f"/jobs/{file.job_id}", headers=headers)
        except NotFound:
            self._state.renew(file.name, file.digest)
            file.status, file.job_id = "waiting", None
            return True
        except Unreachable:
            if time.monotonic() - self._answered_at > PATIENCE_SECONDS:
                raise
            file.look_at = time.monotonic() + POLL_SECONDS
            return False
        self._answered_at = time.monotonic()
        pause = max(retry_after_seconds(answer.headers, default=POLL_SECONDS), MIN_POLL_SECONDS)
        file.look_at = self._answered_at + pause
        if not answer.is_unchanged or file.job is None:
            file.job, file.tag = answer.body, answer.headers.get("ETag")
            self._lines.show(file, answer.body)
        job: Any = file.job
        if job["status"] not in ENDED:
            return False
        self._fetch(file, job)
        return True

    def _fetch(self, file: File, job: Json) -> None:
        """Download the audio and the subtitles of a job that has ended."""
        known = self._remembered(file)
        try:
            demand_audio(job, self._session)
            path = self._place.folder / file.name
            force = self._place.force or known.is_ours
            fetch_audio(self._api, job["id"], Target(path=path, force=force))
            if (subtitle_format := self._place.subtitle_format) is not None:
                subtitles = Target(path=path.with_suffix(f".{subtitle_format}"), force=force)
                fetch_subtitles(self._api, job["id"], subtitles, subtitle_format)
        except JobFailed as failure:
            self._state.renew(file.name, file.digest)
            self._state.save()
            self._fail(file, failure, code=job.get("error_code", "CANCELLED"))
            return
        except (FileProblem, Refused, NotFound) as error:
            self._fail(file, error)
            return
        known.is_here = known.is_ours = True
        self._state.save()
        file.status = "done"
        self._lines.end(file)

    def _demand_free(self, file: File, known: Remembered) -> None:
        """Refuse to overwrite a file that this batch has not made.

        Raises:
            FileProblem: the file exists, and ``--force`` is not set.
        """
        path = self._place.folder / file.name
        if path.is_file() and not (self._place.force or known.is_ours):
            raise FileProblem(
                t("{path} already exists; use --force to overwrite it, or another title for another file", path=path)
            )

    def _fail(self, file: File, error: Exception, *, code: str = "") -> None:
        file.fail(error, code=code)
        self._lines.end(file)

    def _leave(self, waiting: deque[File]) -> None:
        """Mark files as not submitted."""
        for file in waiting:
            file.status = "not submitted"
        waiting.clear()

    def _remembered(self, file: File) -> Remembered:
        return self._state.of(file.name, file.digest)

    def _come_back(self) -> str:
        came = sum(file.has_come for file in self._files)
        return t(
            "{came} of {count} files are ready, and submitted jobs continue; run the same command to resume ({path})",
            came=came,
            count=len(self._files),
            path=self._state.path,
        )
