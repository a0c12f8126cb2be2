"""Where alarms may go: addresses and commands are looked at before anything is sent."""

import shlex
from pathlib import Path

import pytest

from advisor.alert import checked_alert, command_of, host_of, is_address, resolved
from advisor.cli.options import parse
from advisor.errors import BadInput


@pytest.mark.parametrize(
    "text",
    [
        "https://hooks.example.com/T0/secret",
        "http://127.0.0.1:8000/alarms",
        "http://[::1]:8000",
        "http://localhost/x",
        "notify-send --app 'my pilot'",
        "env:PILOT_HOOK",
    ],
)
def test_a_safe_place_is_taken_as_it_stands(text: str) -> None:
    assert checked_alert(f" {text} ") == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://example.com/hook", "not sent to example.com over http"),
        ("http://127.0.0.1.example.com/", "not sent"),
        ("ftp://localhost/x", "over ftp"),
        ("file:///etc/passwd", "no machine"),
        ("https:///x", "no machine"),
        ("https://h:99999999/", "cannot be read"),
        ("say 'open", "cannot be read"),
        ("env:no-name", "no environment variable"),
        ("  ", "Nothing is named"),
    ],
)
def test_anything_else_is_refused_in_one_line(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        checked_alert(text)


def test_a_secret_address_can_stay_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILOT_HOOK", "https://hooks.example.com/secret")
    assert resolved("env:PILOT_HOOK") == "https://hooks.example.com/secret"
    assert host_of(resolved("env:PILOT_HOOK")) == "hooks.example.com"
    monkeypatch.setenv("PILOT_HOOK", "env:PILOT_HOOK")
    with pytest.raises(BadInput, match="holds no address"):
        resolved("env:PILOT_HOOK")
    with pytest.raises(BadInput, match="holds no address"):
        resolved("env:NOT_THERE_AT_ALL")


def test_a_command_is_split_into_words_that_no_shell_reads() -> None:
    assert not is_address("sh -c 'curl https://x'")
    assert command_of("tee 'my file' $HOME;ls") == ["tee", "my file", "$HOME;ls"]


def test_the_options_of_the_pilot_arrive_checked(tmp_path: Path) -> None:
    text = tmp_path / "general.txt"
    text.write_text("A sentence.\n", encoding="utf-8")
    words = "--seeds 5 --alert http://localhost:1/x --wandb my-study"
    files = f"--probe '{text}' --cleaned '{text}'"
    asked = parse(shlex.split(f"pilot rows.jsonl {files} {words}")).options
    assert (asked.probe, asked.cleaned, asked.seeds) == (str(text), str(text), 5)
    assert (asked.alert, asked.wandb) == ("http://localhost:1/x", "my-study")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--probe", "gone.txt"], "general text gone.txt cannot be read"),
        (["--cleaned", "/"], "cleaned file / cannot be read"),
        (["--seeds", "0"], "1 to 20"),
        (["--seeds", "three"], "not a whole number"),
        (["--alert", "http://example.com"], "not sent"),
        (["--wandb", "a/b"], "project's name"),
    ],
)
def test_options_that_cannot_be_used_are_refused_before_the_pilot(options: list[str], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        parse(["pilot", "rows.jsonl", *options])
