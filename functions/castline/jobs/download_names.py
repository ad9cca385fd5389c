"""Names of downloaded files: the job's title, or its date and the end of its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.audio.file_names import file_stem

if TYPE_CHECKING:
    from castline.jobs.model import Job


def download_name(job: Job, extension: str) -> str:
    """Return the name under which a file of a job is downloaded."""
    stem = file_stem(job.titles.title) if job.titles.title else None
    return f"{stem or f'castline-{job.created_at:%Y-%m-%d}-{job.id[-8:]}'}.{extension}"
