"""Memory of a batch between two calls: a small file beside the audio."""

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
"""In the folder of the audio."""
_VERSION: Final = 1


@dataclass(slots=True)
class Remembered:
    """Record of one file.

    Attributes:
        digest: of what it is made of; another one means another job.
        key: the idempotency key of its submission: the same key gives the same job within a day.
        job_id: None until the submission has been answered.
        is_here: whether the file has been downloaded.
        is_ours: whether this batch has put a file of this name there, so that it may be replaced.
    """

    digest: str
    key: str
    job_id: str | None = None
    is_here: bool = False
    is_ours: bool = False


class State:
    """Records of a folder, written whenever one changes."""

    def __init__(self, path: Path, api: str, files: dict[str, Remembered]) -> None:
        self.path = path
        self._api = api
        self._files = files

    @classmethod
    def read(cls, folder: Path, api: str) -> State:
        """Read what was remembered; nothing, where the folder is new or was filled by another Castline.

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
        """Return what is remembered of a file; something new if it was made of something else."""
        known = self._files.get(name)
        if known is None or known.digest != digest:
            return self.renew(name, digest)
        return known

    def renew(self, name: str, digest: str) -> Remembered:
        """Forget the job of a file: it needs another one."""
        known = self._files.get(name)
        self._files[name] = Remembered(digest, str(uuid.uuid4()), is_ours=known is not None and known.is_ours)
        return self._files[name]

    def save(self) -> None:
        """Write it down.

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
