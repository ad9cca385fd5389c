"""Tools with which agents use the service, over the Model Context Protocol."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

import castline_client
from castline_cli import shown
from castline_cli.errors import CastlineError
from castline_cli.speakers import speaker_key
from castline_client import AsyncCastline
from castline_client.file_names import file_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
    from pathlib import Path

    from castline_client.types import CastMemberSchema, JobDetail, JobStatus, ParsedDialogue, ParsedTurn

_INSTRUCTIONS: Final = """\
Castline turns scripts with several speakers into one audio file. A script has a line for each turn, such as
"A: Hello!". The usual order is: parse_script shows the speakers, and questions that only the script's author can
answer. list_voices finds voices; speakers without a voice get one. estimate_job shows the voice of each speaker and
the cost. submit_job starts the job, which is billed. follow_job waits until the job has ended. download_audio writes
the file.
"""
_ANYBODY: Final = "*"
"""Key in ``voices`` for all speakers who have no voice of their own."""
_FOLLOW_SECONDS: Final = 45
"""Default seconds for which a tool call waits for a job. Clients give up on a call after about a minute."""
_MAX_FOLLOW_SECONDS: Final = 600
_VOICES: Final = 50
"""Default number of voices in a list. A provider may have hundreds."""
_READS: Final = ToolAnnotations(read_only_hint=True, open_world_hint=True)
_WRITES: Final = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=True)

ScriptText = Annotated[str, Field(description="The script: plain text, Markdown, Fountain, SRT, VTT, CSV or JSON.")]
ScriptFormatName = Annotated[
    Literal["auto", "plain", "markdown", "fountain", "srt", "vtt", "csv", "json"],
    Field(description="The format of the script; auto detects it."),
]
Voices = Annotated[
    dict[str, str] | None,
    Field(
        description=f'A voice_id by speaker of the script; "{_ANYBODY}" applies to all other speakers. Speakers '
        "without one get a voice for their language."
    ),
]
JobId = Annotated[str, Field(description="The id that submit_job returned.")]
Title = Annotated[str | None, Field(description="The title of the audio, also used for its file name.")]
LanguageTag = Annotated[
    str | None, Field(description="The language of the script, such as zh-TW or en-US. By default it is guessed.")
]
Answers = Annotated[
    list[dict[str, str]] | None,
    Field(
        description="Answers to questions from parse_script. Each has the question, the speaker if the question is "
        "about one, and one of the choices."
    ),
]
FormatName = Annotated[
    Literal["mp3", "wav", "flac", "opus", "m4b"], Field(description="The format of the audio file.")
]
QualityName = Annotated[Literal["standard", "studio"], Field(description="standard is 24 kHz, studio 48 kHz.")]
LoudnessName = Annotated[
    Literal["podcast", "audiobook", "broadcast", "none"], Field(description="The loudness to normalize the audio to.")
]
GapMs = Annotated[int, Field(description="The pause between turns in milliseconds, 0 to 2000.", ge=0, le=2000)]
ProviderId = Annotated[
    str | None, Field(description="The id of the speech provider. The default is the service's first one.")
]


class Tools:
    """Tools for agents; each method is a tool. Errors of the service become tool errors with the same message."""

    def __init__(self, castline: AsyncCastline, folder: Path, *, sign_in_advice: str) -> None:
        """Store the client and the settings.

        Args:
            castline: the client of the service.
            folder: the only folder that files are written to.
            sign_in_advice: the message for an agent whose requests are not authenticated.
        """
        self._castline = castline
        self._folder = folder
        self._sign_in_advice = sign_in_advice

    async def list_voices(
        self,
        language: Annotated[
            str | None, Field(description="The language, such as zh-TW, or zh for all of Chinese.")
        ] = None,
        gender: Literal["female", "male", "neutral"] | None = None,
        search: Annotated[str | None, Field(description="Words to search for in names and ids.")] = None,
        provider: ProviderId = None,
        limit: Annotated[int, Field(description="The maximum number of voices.", ge=1, le=500)] = _VOICES,
    ) -> dict[str, Any]:
        """List voices, with the styles that each can speak in."""
        with self._telling():
            found = await self._castline.voices(language=language, gender=gender, search=search, provider=provider)
        return {"total": len(found), "voices": found[:limit]}

    async def parse_script(
        self, script: ScriptText, script_format: ScriptFormatName = "auto", answers: Answers = None
    ) -> dict[str, Any]:
        """Show the speakers and turns of a script, warnings about unspoken text, and questions. Costs nothing."""
        with self._telling():
            return dict(await self._parsed(script, script_format, answers))

    async def estimate_job(
        self,
        script: ScriptText,
        voices: Voices = None,
        script_format: ScriptFormatName = "auto",
        language: LanguageTag = None,
        answers: Answers = None,
        provider: ProviderId = None,
    ) -> dict[str, Any]:
        """Estimate the billed characters, cost and duration of a job, and show its voices. Costs nothing."""
        with self._telling():
            request, cast = await self._request(script, voices, script_format, answers, provider, language)
            return {**await self._castline.estimate(request), "cast": cast}

    async def submit_job(
        self,
        script: ScriptText,
        voices: Voices = None,
        title: Title = None,
        script_format: ScriptFormatName = "auto",
        language: LanguageTag = None,
        answers: Answers = None,
        output_format: FormatName = "mp3",
        quality: QualityName = "standard",
        loudness: LoudnessName = "podcast",
        gap_ms: GapMs = 300,
        provider: ProviderId = None,
        idempotency_key: Annotated[
            str | None,
            Field(description="Repeating the key within a day returns the same job instead of a second one."),
        ] = None,
    ) -> dict[str, Any]:
        """Submit a script as a job, which is billed. Returns the job's id immediately; follow_job waits for it."""
        with self._telling():
            request, cast = await self._request(
                script,
                voices,
                script_format,
                answers,
                provider,
                language,
                title=title,
                output_format=output_format,
                quality=quality,
                loudness=loudness,
                gap_ms=gap_ms,
            )
            return {**await self._castline.create_job(request, idempotency_key=idempotency_key), "cast": cast}

    async def follow_job(
        self,
        job_id: JobId,
        context: Context,
        timeout_seconds: Annotated[
            float,
            Field(
                description="The maximum time to wait; 0 returns the current status.", ge=0, le=_MAX_FOLLOW_SECONDS
            ),
        ] = _FOLLOW_SECONDS,
    ) -> dict[str, Any]:
        """Wait until a job has ended, and return its status. If it has not ended, call this tool again."""
        seen: list[JobDetail] = []
        with self._telling():
            waiting = asyncio.ensure_future(
                self._castline.wait(job_id, check=False, timeout_seconds=timeout_seconds, on_change=seen.append)
            )
            try:
                await _report(waiting, seen, context)
                job = await waiting
            except castline_client.WaitTimedOut:
                if not seen:
                    raise
                job = seen[-1]
            finally:
                waiting.cancel()
        return _status(job)

    async def list_jobs(
        self,
        status: Literal["pending", "processing", "completed", "failed", "cancelled"] | None = None,
        search: Annotated[str | None, Field(description="Words to search for in titles, authors and albums.")] = None,
        limit: Annotated[int, Field(description="The maximum number of jobs.", ge=1, le=100)] = 20,
    ) -> dict[str, Any]:
        """List the user's jobs, newest first."""
        jobs: list[Any] = []
        with self._telling():
            chosen: JobStatus | None = status
            async for job in self._castline.jobs(status=chosen, search=search):
                jobs.append(job)
                if len(jobs) == limit:
                    break
        return {"jobs": jobs}

    async def stop_job(self, job_id: JobId) -> dict[str, Any]:
        """Stop a pending or processing job. Text that has already been spoken is billed."""
        with self._telling():
            return _status(await self._castline.stop_job(job_id))

    async def cancel_job(self, job_id: JobId) -> dict[str, Any]:
        """Cancel a pending job."""
        with self._telling():
            return dict(await self._castline.cancel_job(job_id))

    async def download_audio(
        self,
        job_id: JobId,
        name: Annotated[
            str | None, Field(description="The file name, without folders. The default is the title.")
        ] = None,
        overwrite: bool = False,
    ) -> dict[str, Any]:
        """Write the audio of a completed job to a file on this machine, and return its path."""
        with self._telling():
            to = self._folder if name is None else self._folder / file_name(name)
            path = await self._castline.download(job_id, to, overwrite=overwrite)
        return {"path": str(path.resolve()), "size_bytes": path.stat().st_size}

    async def audio_link(self, job_id: JobId) -> dict[str, Any]:
        """Return a URL from which the audio of a completed job can be downloaded for some minutes."""
        with self._telling():
            return dict(await self._castline.audio(job_id))

    async def get_subtitles(
        self,
        job_id: JobId,
        subtitle_format: Annotated[
            Literal["vtt", "srt", "ass"], Field(description="The format of the subtitles.")
        ] = "vtt",
        words: Annotated[bool, Field(description="Include the time of each word in vtt.")] = False,
    ) -> str:
        """Return the subtitles of a completed job, with speakers and times."""
        with self._telling():
            return (await self._castline.subtitles(job_id, format=subtitle_format, words=words)).text

    async def get_usage(
        self,
        month: Annotated[
            str | None, Field(description="A month such as 2026-11. The default is the current month.")
        ] = None,
    ) -> dict[str, Any]:
        """Return the user's usage in a month, its cost, and the limits."""
        with self._telling():
            return dict(await self._castline.usage(month=month))

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Convert errors to tool errors, which the agent reads.

        Raises:
            ToolError: an error occurred; it has the service's message.
        """
        try:
            yield
        except castline_client.SignedOut as error:
            raise ToolError(self._sign_in_advice) from error
        except castline_client.Refused as error:
            raise ToolError(f"{error} ({error.code})" if error.code else str(error)) from error
        except (castline_client.CastlineError, CastlineError, OSError) as error:
            raise ToolError(str(error)) from error

    async def _parsed(self, script: str, script_format: Any, answers: Any) -> ParsedDialogue:
        return await self._castline.parse(script, format=script_format, answers=answers)

    async def _request(
        self,
        script: str,
        voices: Mapping[str, str] | None,
        script_format: Any,
        answers: Any,
        provider: str | None,
        language: str | None,
        **fields: Any,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the request of a job for a script, and the cast: the voices and the notes about them.

        Raises:
            ToolError: ``voices`` has a speaker who is not in the script, or a turn is a sound.
        """
        parsed = await self._parsed(script, script_format, answers)
        if any(turn.get("is_sound") for turn in parsed["turns"]):
            raise ToolError("These tools cannot put sounds into a job; answer with leave_out or speak.")
        provider = provider or (await self._castline.providers())[0]["id"]
        own = _voices_of(voices or {}, parsed["speakers"])
        languages = parsed["languages"]
        cast = await self._castline.cast(
            {
                "provider": provider,
                "speakers": [
                    {
                        "speaker": speaker,
                        **_given(voice_id=own.get(speaker), language=language or languages.get(speaker)),
                    }
                    for speaker in parsed["speakers"]
                ],
                **_given(language=parsed.get("language")),
            }
        )
        request = {
            "provider": provider,
            "turns": [_turn(turn) for turn in parsed["turns"]],
            "voice_assignments": [_assignment(member, own) for member in cast["speakers"]],
            "language": language or cast["speakers"][0]["language"],
            **_given(**fields),
        }
        told = [{"speaker": each["speaker"], "voice_id": each["voice_id"]} for each in request["voice_assignments"]]
        return request, {"voices": told, "notes": cast["notes"]}


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _turn(turn: ParsedTurn) -> dict[str, Any]:
    return {name: value for name, value in turn.items() if name != "is_sound"}


def _assignment(member: CastMemberSchema, own: Mapping[str, str]) -> dict[str, Any]:
    """Return a speaker's voice assignment. The agent's own choice is kept even if the service does not know it."""
    speaker = member["speaker"]
    if own.get(speaker, member["voice_id"]) != member["voice_id"]:
        return {"speaker": speaker, "voice_id": own[speaker]}
    return {
        "speaker": speaker,
        "voice_id": member["voice_id"],
        "voice_name": member["voice_name"],
        **_given(language=member.get("told_language")),
    }


def _voices_of(voices: Mapping[str, str], speakers: Sequence[str]) -> dict[str, str]:
    """Return the voice of each speaker who has one.

    Raises:
        ToolError: ``voices`` has a speaker who is not in the script.
    """
    by_key = {speaker_key(name): voice for name, voice in voices.items() if name != _ANYBODY}
    keys = {speaker_key(speaker): speaker for speaker in speakers}
    strangers = [name for name in voices if name != _ANYBODY and speaker_key(name) not in keys]
    if strangers:
        raise ToolError(f"The script has no speaker {', '.join(strangers)}; it has {', '.join(speakers)}.")
    found = {speaker: by_key.get(key, voices.get(_ANYBODY)) for key, speaker in keys.items()}
    return {speaker: voice for speaker, voice in found.items() if voice is not None}


async def _report(waiting: asyncio.Future[Any], seen: Sequence[JobDetail], context: Context) -> None:
    """Report every change of a job to the client until ``waiting`` is done."""
    told = 0
    while not waiting.done():
        await asyncio.wait([waiting], timeout=0.1)
        for job in seen[told:]:
            progress = job["progress"]
            await context.report_progress(
                progress["completed_segments"],
                progress["total_segments"] or None,
                ": ".join(filter(None, [job["status"], shown.place(dict(job))])),
            )
            told += 1


def _status(job: JobDetail) -> dict[str, Any]:
    """Return the fields of a job that an agent needs. The texts are left out, because the agent has sent them."""
    wanted = (
        *("id", "status", "title", "created_at", "completed_at", "progress", "queue"),
        *("error_code", "error_message"),
    )
    known: dict[str, Any] = {name: job.get(name) for name in wanted if name in job}
    result = job.get("result_metadata")
    if result is not None:
        figures = ("duration_ms", "size_bytes", "characters", "billed_characters", "reused_segments")
        known["result"] = {name: result.get(name) for name in figures}
    return known


def server(options: Mapping[str, Any], folder: Path, *, sign_in_advice: str) -> MCPServer[AsyncCastline]:
    """Create the MCP server.

    Args:
        options: the options of the client.
        folder: the only folder that files are written to.
        sign_in_advice: the message for an agent whose requests are not authenticated.
    """
    castline = AsyncCastline(**options)

    @asynccontextmanager
    async def connected(_server: MCPServer[AsyncCastline]) -> AsyncIterator[AsyncCastline]:
        async with castline:
            yield castline

    made = MCPServer(
        "castline",
        title="Castline",
        version=version("castline"),
        instructions=_INSTRUCTIONS,
        lifespan=connected,
        log_level="WARNING",
    )
    tools = Tools(castline, folder, sign_in_advice=sign_in_advice)
    reading = (
        tools.list_voices,
        tools.parse_script,
        tools.estimate_job,
        tools.follow_job,
        tools.list_jobs,
        tools.audio_link,
        tools.get_subtitles,
        tools.get_usage,
    )
    writing = (tools.submit_job, tools.stop_job, tools.cancel_job, tools.download_audio)
    for hints, methods in ((_READS, reading), (_WRITES, writing)):
        for method in methods:
            made.add_tool(method, annotations=hints)
    return made
