"""Data sets on the Hub: fetched by the command and in the terminal, and every refusal a word of its own."""

import errno
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.cli.main import main
from advisor.errors import BadData, NoSpace
from advisor.rows.column_names import column_names
from advisor.rows.source import RowSource, browsable
from advisor.specs import DataChoice
from advisor.work.data.hub_files import hub_paths
from screens.app import AdvisorApp
from screens.dialogs.browse import Browse
from screens.dialogs.file_picker import FilePicker
from tests.advisor.hub_double import Repository, hub
from tests.data_samples import question_rows
from tests.screens.conftest import screen_lines, until
from tests.screens.sample_case import filled
from tests.work.data.test_jobs_on_data import profiled

ROWS = question_rows(30)
TEXT = "".join(json.dumps(row) + "\n" for row in [*ROWS, ROWS[0]]).encode()
REFUSED = {
    "nothing": (404, {"X-Error-Code": "RepoNotFound"}, b"{}"),
    "wrong-token": (401, {"X-Error-Message": "Invalid credentials in Authorization header"}, b"{}"),
    "narrow-token": (403, {"X-Error-Message": "Forbidden: no access to this resource"}, b"{}"),
    "often": (429, {}, b"{}"),
    "trouble": (500, {}, b"{}"),
    "nonsense": (200, {"Content-Type": "application/json"}, b"[]"),
}


@pytest.fixture(autouse=True)
def online(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    files = {"data/train-0.jsonl": TEXT, "data/test-0.jsonl": b"", "load.py": b"raise SystemExit"}
    repositories = {f"datasets/ada/{name}": Repository({}, refused=said) for name, said in REFUSED.items()}
    repositories["datasets/ada/rows"] = Repository(files)
    repositories["datasets/ada/gated"] = Repository(files, gated=True)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    with hub(repositories) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        yield address


@pytest.mark.parametrize(
    ("name", "said", "do"),
    [
        ("gated", "is gated: its owner wants its terms accepted first", "hf auth login"),
        ("private", "has no data set ada/private, or it is private", "hf auth login"),
        ("nothing", "has no data set ada/nothing, or it is private", "spelling"),
        ("wrong-token", "refuses your access token", "HF_TOKEN"),
        ("narrow-token", "refuses your access token", "hf auth login"),
        ("often", "was asked too often", "in a minute"),
        ("trouble", "answered with error 500", "later"),
        ("nonsense", "makes no sense", "local file"),
    ],
)
def test_each_refusal_of_the_hub_is_a_clear_word(name: str, said: str, do: str) -> None:
    with pytest.raises(BadData) as caught:
        hub_paths(f"ada/{name}")
    assert said in caught.value.message
    assert do in caught.value.do
    assert "\n" not in caught.value.message + caught.value.do


def test_a_full_disk_is_not_a_silent_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import HfApi

    def full(*_: object, **__: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(HfApi, "hf_hub_download", full)
    with pytest.raises(NoSpace, match="No space left to fetch ada/rows"):
        hub_paths("ada/rows")


def test_the_command_profiles_a_data_set_on_the_hub(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["profile", "hf:ada/rows", "--case", str(tmp_path / "case"), "--json"]
    assert main(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["case"]["data"]["rows"], told["case"]["data_path"]) == (31, "hf:ada/rows")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["hf:ada/rows", "--offline"], "ada/rows is on the Hub, and this run is offline"),
        (["hf:ada/nothing"], "The Hub has no data set ada/nothing"),
        (["hf:../etc"], "not the name of a data set"),
    ],
)
def test_the_command_says_why_there_are_no_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main(["profile", *options, "--case", str(tmp_path / "case")]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_its_columns_are_named_and_its_rows_are_found_again(tmp_path: Path) -> None:
    assert column_names(Path("hf:ada/rows")) == ("question", "answer")
    facts = profiled(tmp_path, DataChoice(path=Path("hf:ada/rows")))[-1]
    assert browsable(facts) == ""
    source = RowSource(facts)
    list(source.index.count())
    assert source.row(31).text.startswith(f"question: {ROWS[0]['question']}")
    assert source.place(31) == "train-0.jsonl:31"


async def test_in_the_terminal_its_name_is_typed_where_a_file_is(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path / "case").but(data=None, data_path=None, model=None, pilot=None))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "o")
        await until(lambda: isinstance(app.screen, FilePicker))
        await pilot.press(*"hf:ada/rows", "enter")
        await until(lambda: app.case.data is not None and app.running_step is None)
        assert app.case.data is not None
        assert (app.case.data_path, app.case.data.rows) == ("hf:ada/rows", 31)
        app.screen.rows.go_to("finding-0-data.exact_duplicates")  # type: ignore[attr-defined]
        await pilot.press("b")
        await until(lambda: isinstance(app.screen, Browse))
        await until(lambda: "in story 0?" in "\n".join(screen_lines(app)))


async def test_a_folder_is_taken_whole_by_a_second_enter(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    app = AdvisorApp(filled(tmp_path / "case").but(data=None, data_path=None, model=None, pilot=None))
    chosen: list[Path | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(FilePicker("Which?", tmp_path), chosen.append)
        await until(lambda: isinstance(app.screen, FilePicker))
        await pilot.press(*str(tmp_path / "set"), "enter")
        await until(lambda: "enter again" in " ".join("\n".join(screen_lines(app)).split()))
        await pilot.press("enter")
        await until(lambda: chosen == [tmp_path / "set"])
