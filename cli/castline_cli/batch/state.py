"""Progress of a batch, which is kept in a file beside the audio, so that a later run can resume."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from castline_cli.errors import FileProblem
from castline_cli.strings import t

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = ".castline-batch"
"""Name of the file in the folder of the audio."""
_VERSION: Final = 1


@dataclass(slots=True)
class Remembered:
    """Record of one file.

    Attributes:
        digest: the hash of the script and the options; a different hash requires a new job.
        key: the idempotency key of the submission, which returns the same job within a day.
        job_id: the id of the job; None until the submission has succeeded.
        is_here: whether the file has been downloaded.
        is_ours: whether this batch has written a file of this name, which it may therefore replace.
    """

    digest: str
    key: str
    job_id: str | None = None
    is_here: bool = False
    is_ours: bool = False


class State:
    """Records of the files in a folder."""

    def __init__(self, path: Path, api: str, files: dict[str, Remembered]) -> None:
        self.path = path
        self._api = api
        self._files = files

    @classmethod
    def read(cls, folder: Path, api: str) -> State:
        """Read the records of a folder. There are none if the folder is new, or belongs to another Castline.

        Raises:
            FileProblem: the file cannot be read.
        """
        path = folder / NAME
        try:
            kept: Any = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return cls(path, api, {})
        except (OSError, ValueError) as error:
            raise FileProblem(
                t(
                    "cannot read {path}, which stores the progress of the batch; delete it to start from the "
                    "beginning",
                    path=path,
                )
            ) from error
        if not isinstance(kept, dict) or kept.get("version") != _VERSION or kept.get("api") != api:
            return cls(path, api, {})
        return cls(path, api, {name: Remembered(**each) for name, each in kept["files"].items()})

    def of(self, name: str, digest: str) -> Remembered:
        """Return the record of a file, or a new one if the digest has changed."""
        known = self._files.get(name)
        if known is None or known.digest != digest:
            return self.renew(name, digest)
        return known

    def renew(self, name: str, digest: str) -> Remembered:
        """Replace the record of a file, whose job is gone or failed, by a new one."""
        known = self._files.get(name)
        self._files[name] = Remembered(digest, str(uuid.uuid4()), is_ours=known is not None and known.is_ours)
        return self._files[name]

    def save(self) -> None:
        """Write the records.

        Raises:
            FileProblem: the file cannot be written.
        """
        kept = {
            "version": _VERSION,
            "api": self._api,
            "files": {name: asdict(each) for name, each in self._files.items()},
        }
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            temporary.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
            temporary.replace(self.path)
        except OSError as error:
            raise FileProblem(
                t("cannot write {path}: {strerror}", path=self.path, strerror=error.strerror)
            ) from error
