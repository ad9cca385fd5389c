"""``castline mcp``, used by the package's own client over standard input and output."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.server.mcpserver import MCPServer
from mcp_types import TextContent

from tests.cli.castline import INSTALLED
from tests.cli.scripts import SCRIPT
from tests.cli.site import Site
from tests.e2e.dialogues import HSIAO_YU, YUN_JHE, dialogue
from tests.e2e.places import place_of
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from local.stack import LocalStack
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

VOICES = {"A": HSIAO_YU, "B": YUN_JHE}


class Agent:
    """An agent that calls tools."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.progress: list[tuple[float, float | None, str | None]] = []

    async def call(self, tool: str, **arguments: Any) -> Any:
        """Call a tool that must succeed; return what it gives."""
        result = await self._client.call_tool(tool, arguments, progress_callback=self._note)
        assert not result.is_error, result.content
        content = result.structured_content
        assert content is not None
        return content.get("result", content) if set(content) == {"result"} else content

    async def refusal(self, tool: str, **arguments: Any) -> str:
        """Call a tool that must fail; return what it tells the agent."""
        result = await self._client.call_tool(tool, arguments)
        assert result.is_error
        [text] = result.content
        assert isinstance(text, TextContent)
        return text.text.removeprefix(f"Error executing tool {tool}: ")

    @property
    def server(self) -> tuple[str, str | None]:
        """The name and the version that the server gives itself."""
        told = self._client.server_info
        assert told is not None
        return told.name, told.version

    async def tools(self) -> dict[str, Any]:
        return {tool.name: tool for tool in (await self._client.list_tools()).tools}

    async def _note(self, progress: float, total: float | None, message: str | None) -> None:
        self.progress.append((progress, total, message))


def as_agent(castline: Castline, use: Callable[[Agent], Awaitable[None]], *options: str) -> None:
    """Run what an agent does with the server that ``castline mcp`` makes, in this process."""
    served: list[MCPServer] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MCPServer, "run", lambda server, _transport: served.append(server))
        castline.done("mcp", "--folder", str(castline.folder), *options)
    _run(Client(served[0]), use)


def as_agent_of_a_process(castline: Castline, use: Callable[[Agent], Awaitable[None]]) -> None:
    """Run what an agent does with a process of ``castline mcp``."""
    process = StdioServerParameters(
        command=str(INSTALLED), args=["mcp"], env=castline.place["env"], cwd=castline.folder
    )
    _run(Client(process), use)


def _run(client: Client, use: Callable[[Agent], Awaitable[None]]) -> None:
    async def run() -> None:
        async with client:
            await asyncio.wait_for(use(Agent(client)), PATIENCE_SECONDS * 2)

    asyncio.run(run())


def test_an_agent_makes_audio_of_a_script(castline: Castline, client: ApiClient) -> None:
    async def use(agent: Agent) -> None:
        # Given a script and voices for its speakers
        assert agent.server == ("castline", version("castline"))
        parsed = await agent.call("parse_script", script=SCRIPT)
        assert parsed["speakers"] == ["A", "B"]
        voices = await agent.call("list_voices", language="zh-TW")
        assert {HSIAO_YU, YUN_JHE} <= {each["voice_id"] for each in voices["voices"]}
        estimate = await agent.call("estimate_job", script=SCRIPT, voices=VOICES)
        assert client.list_ids() == []

        # When
        submitted = await agent.call("submit_job", script=SCRIPT, voices=VOICES, title="早安", idempotency_key="1")
        again = await agent.call("submit_job", script=SCRIPT, voices=VOICES, title="早安", idempotency_key="1")
        job = await agent.call("follow_job", job_id=submitted["id"])

        # Then
        assert again["id"] == submitted["id"]
        assert (job["status"], job["title"]) == ("completed", "早安")
        assert job["result"]["billed_characters"] == estimate["billed_characters"]
        assert agent.progress[-1] == (2.0, 2.0, "completed")
        file = await agent.call("download_audio", job_id=job["id"])
        assert file["path"] == str((castline.folder / "早安.mp3").resolve())
        assert (castline.folder / "早安.mp3").read_bytes() == client.download(job["id"]).content
        assert "A: 早安。" in await agent.call("get_subtitles", job_id=job["id"], subtitle_format="srt")
        assert (await agent.call("audio_link", job_id=job["id"]))["filename"] == "早安.mp3"
        assert [each["id"] for each in (await agent.call("list_jobs"))["jobs"]] == [job["id"]]
        usage = await agent.call("get_usage")
        assert usage["total"]["billed_characters"] == estimate["billed_characters"]

    as_agent_of_a_process(castline, use)


def test_tools_say_what_they_do_and_whether_they_change_something(castline: Castline) -> None:
    async def use(agent: Agent) -> None:
        tools = await agent.tools()
        assert set(tools) == {
            "list_voices",
            "parse_script",
            "estimate_job",
            "submit_job",
            "stop_job",
            "follow_job",
            "list_jobs",
            "cancel_job",
            "download_audio",
            "audio_link",
            "get_subtitles",
            "get_usage",
        }
        assert all(tool.description for tool in tools.values())
        changing = {name for name, tool in tools.items() if not tool.annotations.read_only_hint}
        assert changing == {"submit_job", "stop_job", "cancel_job", "download_audio"}

    as_agent(castline, use)


def test_whoever_has_no_voice_gets_one_of_the_language(castline: Castline, client: ApiClient) -> None:
    async def use(agent: Agent) -> None:
        estimate = await agent.call("estimate_job", script=SCRIPT, voices={"A": HSIAO_YU})
        a, b = estimate["cast"]["voices"]
        assert (a["speaker"], a["voice_id"], b["speaker"]) == ("A", HSIAO_YU, "B")
        assert b["voice_id"].startswith("zh-TW-")

        submitted = await agent.call("submit_job", script="Anna: Good morning, did you sleep well last night?\n")
        given = client.job(submitted["id"])["input_params"]
        assert given["language"] == "en-US"
        assert submitted["cast"]["voices"] == [
            {"speaker": "Anna", "voice_id": given["voice_assignments"][0]["voice_id"]}
        ]

    as_agent(castline, use)


def test_questions_are_answered(castline: Castline) -> None:
    script = "Anna: Good morning, how are you?\nANNA: I am fine, thank you.\n"

    async def use(agent: Agent) -> None:
        parsed = await agent.call("parse_script", script=script)
        [question] = parsed["questions"]
        answer = {"question": question["question"], "speaker": question["speaker"], "choice": "join"}
        joined = await agent.call("parse_script", script=script, answers=[answer])
        assert joined["speakers"] == ["Anna"]

    as_agent(castline, use)


def test_a_job_is_stopped(castline: Castline, client: ApiClient, stack: LocalStack) -> None:
    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(dialogue())

        async def use(agent: Agent) -> None:
            assert (await agent.call("stop_job", job_id=job_id))["status"] == "cancelled"

        as_agent(castline, use)


def test_errors_tell_the_agent_what_to_do(castline: Castline, client: ApiClient) -> None:
    async def use(agent: Agent) -> None:
        nowhere = await agent.refusal("parse_script", script="Nobody says this.\nA: Hello")
        assert "script: " in nowhere
        assert nowhere.endswith("(VALIDATION_ERROR)")
        sounds = {"question": "sound", "speaker": "SFX", "choice": "sound"}
        noisy = await agent.refusal("submit_job", script=f"{SCRIPT}SFX: door.wav\n", answers=[sounds])
        assert noisy == "These tools cannot put sounds into a job; answer with leave_out or speak."
        stranger = await agent.refusal("estimate_job", script=SCRIPT, voices={"*": HSIAO_YU, "Tom": YUN_JHE})
        assert stranger == "The script has no speaker Tom; it has A, B."
        job = "00000000-0000-7000-8000-000000000000"
        assert await agent.refusal("follow_job", job_id=job) == "There is no such job. (JOB_NOT_FOUND)"
        assert client.list_ids() == []

    as_agent(castline, use)


def test_a_failed_job_is_told_as_it_is(castline: Castline, client: ApiClient) -> None:
    job_id = client.submit(dialogue(voices=("zh-TW-NobodyNeural", YUN_JHE)))

    async def use(agent: Agent) -> None:
        job = await agent.call("follow_job", job_id=job_id)
        assert (job["status"], job["error_code"]) == ("failed", "VOICE_NOT_FOUND")
        assert "NotAvailable" not in await agent.refusal("download_audio", job_id=job_id)

    as_agent(castline, use)


def test_a_job_that_goes_on_is_told_as_it_is(castline: Castline, client: ApiClient, stack: LocalStack) -> None:
    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(dialogue())

        async def use(agent: Agent) -> None:
            assert (await agent.call("follow_job", job_id=job_id, timeout_seconds=0.5))["status"] == "pending"
            assert (await agent.call("cancel_job", job_id=job_id))["status"] == "cancelled"

        as_agent(castline, use)


def test_the_place_of_a_job_in_the_queue_is_told(castline: Castline, client: ApiClient, stack: LocalStack) -> None:
    for _ in range(2):
        client.complete(dialogue())
    with stack.cloud.lambdas.pause("synthesize"):
        job_id = client.submit(dialogue())
        place_of(client, job_id)

        async def use(agent: Agent) -> None:
            job = await agent.call("follow_job", job_id=job_id, timeout_seconds=0.5)
            assert (job["status"], job["queue"]["ahead"]) == ("pending", 0)
            _done, _total, message = agent.progress[-1]
            assert message is not None
            assert message.startswith("pending: next in the queue, starts at about ")

        as_agent(castline, use)


def test_files_are_written_to_the_folder_only(castline: Castline, client: ApiClient) -> None:
    job_id = client.complete(dialogue())["id"]
    folder = castline.folder / "audio"
    folder.mkdir()

    async def use(agent: Agent) -> None:
        for name in ("../../out.mp3", "/tmp/out.mp3"):  # noqa: S108 (nothing is written there)
            written = await agent.call("download_audio", job_id=job_id, name=name)
            assert "already exists" in await agent.refusal("download_audio", job_id=job_id, name=name)
            await agent.call("download_audio", job_id=job_id, name=name, overwrite=True)
            assert written["path"].startswith(str(folder.resolve()))
        assert len([*folder.iterdir()]) == 2

    as_agent(castline, use, "--folder", str(folder))


def test_a_service_that_does_not_answer_is_told(castline: Castline, port: int) -> None:
    castline.environment["CASTLINE_API"] = f"127.0.0.1:{port}"

    async def use(agent: Agent) -> None:
        assert (await agent.refusal("list_voices")).startswith(f"nothing answers at http://127.0.0.1:{port}")

    as_agent(castline, use)


def test_a_token_is_used_and_told_when_it_is_not_accepted(castline: Castline, stack: LocalStack) -> None:
    with Site(stack.url) as site:
        site.access_tokens["good"] = time.time() + 60
        castline.environment |= {"CASTLINE_API": site.url, "CASTLINE_TOKEN": "good"}

        async def use(agent: Agent) -> None:
            assert (await agent.call("list_jobs")) == {"jobs": []}
            site.access_tokens.clear()
            assert "does not accept the token" in await agent.refusal("list_jobs")

        as_agent(castline, use)


def test_a_folder_that_is_missing_is_told(castline: Castline) -> None:
    outcome = castline("mcp", "--folder", "nowhere")

    assert (outcome.exit_code, outcome.complaint) == (1, "castline: there is no folder nowhere")


@pytest.mark.parametrize("package", ["mcp", "mcp_types"])
def test_a_package_that_is_missing_is_named(castline: Castline, package: str) -> None:
    program = (
        f"import sys; sys.modules[{package!r}] = None; sys.argv = ['castline', 'mcp']\n"
        "from castline_cli.__main__ import run\nrun()"
    )

    ended = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-c", program], capture_output=True, timeout=PATIENCE_SECONDS, check=False, **castline.place
    )

    assert ended.returncode == 2
    expected = "castline: `castline mcp` needs the package mcp; install castline[mcp]"
    assert ended.stderr.decode().strip() == expected
