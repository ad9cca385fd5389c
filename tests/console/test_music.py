"""Music, covers, quality and loudness of a dialogue in the console, and other versions of what is finished."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.clips import CHECKED_WITHIN_MS, broken_file, upload, write_picture, write_tone
from tests.console.screens import SCRIPT
from tests.e2e.dialogues import dialogue
from tests.e2e.stored_segments import delete_segments

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page, Route

    from tests.console.screens import Screens
    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient

DROP = """
(target, [name, type, content]) => {
  const files = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
  files.items.add(new File([bytes], name, { type }));
  for (const kind of ["dragover", "drop"])
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
}
"""


def choose_file(page: Page, button: str, file: Path) -> None:
    """Press a button that has a file chosen, and choose it."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).click()
    chooser.value.set_files(file)


def drop(target: Locator, file: Path) -> None:
    """Drop a file on an element."""
    target.evaluate(DROP, [file.name, "audio/wav", base64.b64encode(file.read_bytes()).decode()])


def test_a_dialogue_is_given_music_a_cover_and_a_form(screens: Screens, client: ApiClient, tmp_path: Path) -> None:
    page = screens.page
    cover = upload(client, write_picture(tmp_path / "Cover.jpg"))

    # Given a dialogue in studio quality, as loud as an audiobook, with a picture that was uploaded before
    screens.open()
    screens.write(SCRIPT)
    screens.unfold("Sound")
    page.get_by_role("combobox", name="Format").select_option("m4b")
    page.get_by_role("radio", name="Studio").check()
    page.get_by_role("combobox", name="Loudness").select_option("audiobook")
    expect(page.get_by_text("−20 LUFS with true peaks below −3 dBTP")).to_be_visible()
    page.get_by_role("combobox", name="Cover").select_option("Cover")
    expect(page.get_by_role("img", name="Cover: Cover")).to_be_visible()

    # And an intro that is chosen from a file, and a bed that is dropped
    screens.unfold("Music")
    choose_file(page, "Upload a file: Intro", write_tone(tmp_path / "Jingle.wav", seconds=1))
    drop(page.get_by_role("combobox", name="Bed"), write_tone(tmp_path / "Rain.wav", seconds=3))
    expect(page.get_by_role("button", name="Play Jingle")).to_be_visible(timeout=CHECKED_WITHIN_MS)
    expect(page.get_by_role("button", name="Play Rain")).to_be_visible(timeout=CHECKED_WITHIN_MS)
    page.get_by_role("button", name="Volume and fades: Intro").click()
    page.get_by_role("slider", name="Overlap with the speech").fill("500")
    page.get_by_role("slider", name="Volume").fill("-6")
    page.get_by_role("button", name="Reset: Volume").click()
    page.get_by_role("button", name="Done").click()

    # When the page is loaded anew, then nothing is lost
    page.reload()
    screens.unfold("Music")
    intro, bed = (page.get_by_role("combobox", name=place) for place in ("Intro", "Bed"))
    expect(intro.locator("option:checked")).to_have_text("Jingle (0:01)")
    expect(bed.locator("option:checked")).to_have_text("Rain (0:03)")
    expect(page.get_by_text("overlaps 500 ms")).to_be_visible()
    expect(page.locator("summary").filter(has_text="Sound")).to_contain_text(
        re.compile(r"M4B · Studio · −20\sLUFS · Cover")
    )

    # And the job has it all
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")
    screens.submit.click()
    job_id = screens.wait_for_job()
    sounds = {sound["name"]: sound["id"] for sound in client.get("/sounds").json()["items"]}
    asked = client.wait_for(job_id, "completed")["input_params"]
    assert (asked["output_format"], asked["quality"], asked["loudness"]) == ("m4b", "studio", "audiobook")
    assert asked["cover_id"] == cover
    assert asked["music"]["intro"] == {
        "sound_id": sounds["Jingle"],
        "gain_db": 0,
        "fade_in_ms": 0,
        "fade_out_ms": 0,
        "overlap_ms": 500,
    }
    assert (asked["music"]["bed"]["sound_id"], asked["music"]["bed"]["duck_db"]) == (sounds["Rain"], 10)

    # And its screen tells of it, and plays it
    screens.expect_status("Finished")
    assert (screens.fact("Format"), screens.fact("Quality")) == ("M4B", "Studio")
    assert re.fullmatch(r"Audiobook, −20\sLUFS", screens.fact("Loudness"))
    assert re.fullmatch(r"−(19|20)(\.\d)?\sLUFS", screens.fact("Measured loudness"))
    expect(page.get_by_role("region", name="Details").get_by_text("Jingle")).to_be_visible()
    expect(page.get_by_role("region", name="Details").get_by_role("img", name="Cover")).to_be_visible()
    page.get_by_role("button", name="Play", exact=True).click()
    screens.hear_beyond(500)

    # And whoever edits it finds it as it was
    page.get_by_role("button", name="Edit and submit again").click()
    screens.unfold("Music")
    expect(intro).to_have_value(sounds["Jingle"])
    expect(page.get_by_text("overlaps 500 ms")).to_be_visible()
    page.get_by_role("button", name="Remove: Intro").click()
    expect(intro).to_have_value("")
    screens.unfold("Sound")
    page.get_by_role("button", name="Remove the cover").click()
    expect(page.get_by_role("combobox", name="Cover")).to_have_value("")


def test_an_upload_for_a_dialogue_goes_on_while_another_screen_is_looked_at(
    screens: Screens, client: ApiClient, tmp_path: Path
) -> None:
    page = screens.page
    held: list[Route] = []
    page.route("**/sounds/**/upload?*", lambda route: held.append(route))  # noqa: PLW0108 (needs a function)
    screens.open()
    screens.write(SCRIPT)
    screens.unfold("Music")

    # Given an upload that has begun, with which the dialogue cannot be submitted
    choose_file(page, "Upload a file: Intro", write_tone(tmp_path / "Jingle.wav", seconds=1))
    expect(page.get_by_role("progressbar", name="Upload of Jingle")).to_be_visible()
    expect(page.get_by_text("A file is still being uploaded")).to_be_visible()
    while not held:
        page.wait_for_timeout(50)

    # When it ends while the sounds are looked at
    page.get_by_role("link", name="Sounds", exact=True).click()
    expect(page.get_by_role("list", name="Uploads")).to_contain_text("Jingle uploading")
    held[0].continue_()

    # Then it is among them, and in its place in the dialogue
    expect(page.get_by_role("list", name="Your sounds")).to_contain_text("Ready", timeout=CHECKED_WITHIN_MS)
    page.get_by_role("link", name="Write", exact=True).click()
    screens.unfold("Music")
    expect(page.get_by_role("combobox", name="Intro").locator("option:checked")).to_have_text("Jingle (0:01)")
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")


def test_what_cannot_be_used_keeps_a_dialogue_from_being_submitted(
    screens: Screens, client: ApiClient, tmp_path: Path
) -> None:
    page = screens.page
    jingle = upload(client, write_tone(tmp_path / "Jingle.wav", seconds=1))
    screens.open()
    screens.write(SCRIPT)
    screens.unfold("Music")

    # When a file is refused, then its place says why
    choose_file(page, "Upload a file: Outro", broken_file(tmp_path))
    expect(page.get_by_text("This is not an audio file that can be read.")).to_be_visible(timeout=CHECKED_WITHIN_MS)
    expect(page.get_by_text("Replace the sound that cannot be used first")).to_be_visible()
    page.get_by_role("button", name="Remove: Outro").click()
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")

    # And when a sound was deleted, too
    page.get_by_role("combobox", name="Intro").select_option(jingle)
    expect(page.get_by_role("button", name="Play Jingle")).to_be_visible()
    assert client.delete(f"/sounds/{jingle}").status_code == 204
    page.reload()
    screens.unfold("Music")
    expect(page.get_by_text("This sound was deleted.")).to_be_visible()
    expect(screens.submit).to_have_attribute("aria-disabled", "true")


def test_a_sound_that_has_just_gone_is_named_where_it_is_submitted(
    screens: Screens, client: ApiClient, watch: Watch, tmp_path: Path
) -> None:
    watch.expected_statuses.add(400)
    jingle = upload(client, write_tone(tmp_path / "Jingle.wav", seconds=1))
    screens.open()
    screens.write(SCRIPT)
    screens.unfold("Music")
    screens.page.get_by_role("combobox", name="Intro").select_option(jingle)
    assert client.delete(f"/sounds/{jingle}").status_code == 204

    screens.submit.click()

    expect(screens.page.get_by_role("alert").get_by_role("listitem")).to_have_text(
        re.compile("^Intro: .*no such sound")
    )


def test_words_and_another_version_are_made_and_downloaded(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    job_id = client.complete(dialogue("Good morning.", "Good night.", title="Greeting"))["id"]
    screens.open(f"/jobs/{job_id}")

    # When words are asked for, then they are subtitles with the time of each word
    words, karaoke = screens.download("Words (VTT)"), screens.download("Karaoke (ASS)")
    assert (words.suggested_filename, karaoke.suggested_filename) == ("Greeting.vtt", "Greeting.ass")
    assert re.search(r"Good <\d\d:\d\d:\d\d\.\d{3}>", words.path().read_text("utf-8"))
    assert "{\\k" in karaoke.path().read_text("utf-8")

    # And when the file is asked for as it is, then it is downloaded
    screens.unfold("Download as…")
    with page.expect_download() as own:
        page.get_by_role("button", name="Download", exact=True).click()
    assert own.value.suggested_filename == "Greeting.mp3"

    # And when another format is, then it is made first, once
    page.get_by_role("combobox", name="Format").select_option("flac")
    with page.expect_download() as other:
        page.get_by_role("button", name="Make and download").click()
    assert other.value.suggested_filename == "Greeting.flac"
    versions = page.get_by_role("list", name="Other versions")
    with page.expect_download():
        page.get_by_role("button", name="Download", exact=True).click()
    expect(versions.get_by_role("listitem")).to_have_count(1)

    # And it is a job, which leads to its source
    versions.get_by_role("link", name=re.compile("^FLAC · Standard")).click()
    screens.wait_for_job()
    assert (screens.fact("Format"), screens.fact("Characters billed")) == ("FLAC", "0")
    page.get_by_role("link", name="see the original").click()
    page.wait_for_url(re.compile(job_id))
    page.get_by_role("link", name="History").click()
    expect(screens.jobs.first).to_contain_text("another version, FLAC")


def test_a_finished_job_is_given_other_music(screens: Screens, client: ApiClient, tmp_path: Path) -> None:
    page = screens.page
    jingle = upload(client, write_tone(tmp_path / "Jingle.wav", seconds=1))
    music = {"intro": {"sound_id": jingle}}
    job_id = client.complete(dialogue("早安。", "你好。", title="Greeting", music=music))["id"]
    screens.open(f"/jobs/{job_id}")

    # Given a version without the intro, under a bed that is uploaded for it
    screens.unfold("Download as…")
    screens.unfold("Other music and cover")
    expect(page.get_by_role("combobox", name="Intro")).to_have_value(jingle)
    page.get_by_role("button", name="Remove: Intro").click()
    choose_file(page, "Upload a file: Bed", write_tone(tmp_path / "Rain.wav", seconds=1))
    expect(page.get_by_role("button", name="Play Rain")).to_be_visible(timeout=CHECKED_WITHIN_MS)

    # When it is asked for
    with page.expect_download() as saved:
        page.get_by_role("button", name="Make and download").click()

    # Then it is a job with that music
    assert saved.value.suggested_filename == "Greeting.mp3"
    page.get_by_role("list", name="Other versions").get_by_role("link", name=re.compile("Other music")).click()
    page.get_by_role("link", name="see the original").wait_for()
    (other,) = (job for job in client.get("/jobs").json()["items"] if job.get("rendition_of") == job_id)
    asked = client.job(other["id"])["input_params"]["music"]
    assert (list(asked), asked["bed"]["duck_db"]) == (["bed"], 10)


def test_a_version_that_nothing_is_left_for_says_so_and_is_spoken_anew(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given a job whose speech is no longer stored
    job_id = client.complete(dialogue("早安。", "你好。"))["id"]
    assert delete_segments(client.headers["X-User-Id"])
    screens.open(f"/jobs/{job_id}")

    # When another version is asked for, then it is told why there is none
    screens.unfold("Download as…")
    page.get_by_role("combobox", name="Format").select_option("flac")
    page.get_by_role("button", name="Make and download").click()
    versions = page.get_by_role("list", name="Other versions")
    expect(versions.get_by_role("alert")).to_contain_text("no longer stored")

    # And submitted again it is made
    versions.get_by_role("link").click()
    expect(page.get_by_role("region", name="What went wrong")).to_contain_text("spoken and billed again")
    page.get_by_role("button", name="Submit again unchanged").click()
    page.wait_for_url(lambda url: job_id not in url)
    screens.expect_status("Finished")
    assert screens.fact("Format") == "FLAC"


def test_sounds_between_turns_are_told_of(screens: Screens, client: ApiClient, tmp_path: Path) -> None:
    # Given a job with a sound between its turns
    bell = upload(client, write_tone(tmp_path / "Bell.wav", seconds=1))
    request = dialogue("早安。", "你好。")
    request["turns"][1]["index"] = 2
    request["turns"].append({"sound_id": bell, "index": 1})
    job = client.complete(request)
    screens.open(f"/jobs/{job['id']}")

    # Then its turns are heard in their places
    assert (screens.fact("Turns"), screens.fact("Sounds between turns")) == ("2", "1")
    screens.turn(1).click()
    screens.hear_beyond(job["result_metadata"]["turn_timings"][1]["start_ms"])
    expect(screens.turn(1)).to_contain_text("你好。")
    expect(screens.turn(1)).to_have_attribute("aria-current", "true")

    # And whoever edits it learns that the sound will be missing
    expect(screens.page.get_by_text("1 sound between the turns will be left out")).to_be_visible()


@pytest.mark.parametrize("output_format", ["opus", "flac"])
def test_formats_of_other_containers_are_played(screens: Screens, client: ApiClient, output_format: str) -> None:
    job_id = client.complete(dialogue("早安。", "今天天氣真好。", output_format=output_format))["id"]
    screens.open(f"/jobs/{job_id}")

    screens.page.get_by_role("button", name="Play", exact=True).click()
    screens.turn(1).click()

    screens.hear_beyond(500)
    expect(screens.turn(1)).to_have_attribute("aria-current", "true")
