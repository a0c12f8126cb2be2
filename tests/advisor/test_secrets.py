"""Tokens of the environment and private values of rows: never in a file, an argument, a log or a crash."""

import asyncio
import os
import re
import stat
from pathlib import Path

import pytest

from advisor.cli.main import main
from advisor.events import Failed, Started, Step
from advisor.files import private_folder
from advisor.jobs import start_job
from advisor.specs import JobSpec
from tests.advisor.cli.test_cli_journey import SECRETS
from tests.data_samples import question_rows, write_jsonl

PRIVATE = {
    "mail": "canary.of.ada@private-mail.example.org",
    "card": "4111 1111 1111 1111",
    "key": "hf_" + "cAnArY0fR0ws" * 3,
    "iban": "DE89 3704 0044 0532 0130 00",
}


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def written_below(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file())


@pytest.mark.parametrize("act", ["raise", "segfault", "memory", "exit"])
async def test_no_secret_is_in_a_traceback_a_crash_dump_or_an_argument(act: str, tmp_path: Path) -> None:
    spec = JobSpec.model_validate({"folder": tmp_path / "run", "task": {"job": "echo", "act": act}})
    job = await start_job(spec)
    assert job.process is not None
    arguments = b""
    async for event in job.events():
        if isinstance(event, Started | Step):
            for pid in (job.process.pid, getattr(event, "pid", job.process.pid)):
                arguments += arguments_of(pid)
        if isinstance(event, Failed):
            arguments += event.message.encode() + event.do.encode()
    await job.close()
    assert b"advisor.work" in arguments, "no argument was seen"
    seen = arguments + written_below(tmp_path)
    assert act != "segfault" or b"Current thread" in seen, "there is no crash dump"
    assert act != "raise" or b"Traceback" in seen, "there is no traceback"
    assert not [name for name, secret in SECRETS.items() if secret.encode() in seen]
    assert not list(tmp_path.rglob("core*")), "a dump of the memory holds the environment"


def arguments_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_private_values_of_rows_are_masked_in_everything_but_the_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = question_rows(40)
    for number, value in enumerate(PRIVATE.values()):
        rows[number]["answer"] = f"It is {value}, keep it to yourself"
    path = write_jsonl(tmp_path / "rows.jsonl", [*rows, '{"question": "' + PRIVATE["mail"] + '", "answer"'])
    words = ["--model", "demo", "--case", str(tmp_path / "case")]
    assert main(["profile", str(path), *words]) in (0, 1)
    assert main(["report", "--case", str(tmp_path / "case"), "--to", str(tmp_path / "report")]) in (0, 1)
    printed = "".join(capsys.readouterr())
    assert "rivate" in printed, "the private values were not found"
    kept = written_below(tmp_path / "case") + written_below(tmp_path / "report")
    assert len(kept) > 10_000
    seen = printed.encode() + kept
    assert not [name for name, value in PRIVATE.items() if value.encode() in seen]


def test_everything_that_a_command_writes_is_for_the_user_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = write_jsonl(tmp_path / "rows.jsonl", question_rows(20))
        assert main(["profile", str(path), "--case", str(tmp_path / "home" / "cases" / "a")]) in (0, 1)
        private_folder(tmp_path / "one" / "two")
    finally:
        os.umask(old)
    open_to_others = [
        str(each.relative_to(tmp_path))
        for top in ("home", "one")
        for each in [tmp_path / top, *(tmp_path / top).rglob("*")]
        if stat.S_IMODE(each.lstat().st_mode) & 0o077
    ]
    assert not open_to_others


def test_the_page_of_security_names_each_promise() -> None:
    page = (Path(__file__).parents[2] / "SECURITY.md").read_text(encoding="utf-8")
    for heading in ("## What is defended", "## Secrets and private data", "## What is not defended"):
        assert re.search(rf"^{heading}$", page, re.MULTILINE)


def test_a_failed_job_shows_no_variable_of_the_environment(tmp_path: Path) -> None:
    """The log of a worker that raises holds no local values."""
    spec = JobSpec.model_validate({"folder": tmp_path / "run", "task": {"job": "echo", "act": "raise"}})

    async def run() -> None:
        job = await start_job(spec)
        async for _ in job.events():
            continue
        await job.close()

    asyncio.run(run())
    log = (tmp_path / "run" / "log.txt").read_text()
    assert "BadData" in log
    assert "environ" not in log
