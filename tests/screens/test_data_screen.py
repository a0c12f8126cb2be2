"""The Data screen by keys: ticks, examples, rows of a finding, marks, columns and the copy."""

import asyncio
import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.case import Case, load, save
from advisor.errors import BadInput
from advisor.events import Done
from advisor.rows.column_pages import ColumnPages
from advisor.rows.file_rows import FileRows
from advisor.rows.source import RowSource
from advisor.specs import JobSpec, ProfileTask
from heuristics.facts.data import ColumnFacts, DataFacts
from heuristics.goal import Topic
from screens.app import AdvisorApp
from screens.dialogs.browse import Browse
from screens.dialogs.confirm import Confirm
from screens.dialogs.mapping import Mapping
from screens.rows.cleaning import copy_question
from screens.rows.quality import quality_bar
from screens.rows.topic import topic_section
from screens.state.live import Live
from screens.widgets.row_browser import RowBrowser
from tests.data_samples import keep_lines, question_rows, write_jsonl
from tests.screens.conftest import Golden, screen_lines, until
from tests.screens.sample_case import DATA, HOSTILE, filled

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
RUN = "20261102-090000-profile"


def on_disk(folder: Path, rows: list[dict[str, object] | str]) -> Case:
    """A case about a real file whose profile kept the lines of one finding."""
    path = write_jsonl(folder / "rows.jsonl", rows)
    shape = replace(DATA.format, container="jsonl")
    case = filled(folder).but(
        data_path=str(path),
        data=replace(DATA, path=str(path), format=shape, bytes=path.stat().st_size),
        data_run=RUN,
    )
    run = case.runs / RUN
    run.mkdir(parents=True)
    keep_lines(run, "exact_duplicates", range(2, len(rows) + 1))
    save(case)
    return case


async def test_enter_turns_a_tick_and_the_case_file_follows(tmp_path: Path) -> None:
    case = filled(tmp_path)
    save(case)
    app = AdvisorApp(case)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2")
        app.screen.rows.go_to("fix-private_data")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "private_data" in (app.case.cleaning.fixes or ())
        assert "[x] Mask private data" in "\n".join(screen_lines(app))
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        assert "private_data" not in (app.case.cleaning.fixes or ())
    assert load(tmp_path).cleaning.fixes is not None


async def test_a_fix_shows_its_rows_before_and_after(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2")
        app.screen.rows.go_to("fix-mojibake")  # type: ignore[attr-defined]
        await until(lambda: "+ I don’t know" in "\n".join(screen_lines(app)))
        seen = "\n".join(screen_lines(app))
        assert "- I donâ€™t know" in seen
        assert "+ I don’t know" in seen


async def test_the_spelling_of_a_label_is_chosen_from_those_in_the_file(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2")
        app.screen.rows.go_to("fix-labels")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        app.screen.rows.go_to("spelling-0")  # type: ignore[attr-defined]
        await pilot.press("enter", "enter")
        await app.workers.wait_for_complete()
        (spelling,) = app.case.cleaning.spellings
        assert (spelling.written, spelling.becomes) == ("Billing", "billing")


async def test_all_rows_of_a_finding_are_browsed_and_marks_join_the_cleaning(
    tmp_path: Path, golden: Golden
) -> None:
    app = AdvisorApp(on_disk(tmp_path, [*question_rows(40)]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "b")
        await until(lambda: isinstance(app.screen, Browse))
        await until(lambda: "row 1 of 39" in screen_lines(app)[1])
        await pilot.press("x", "end")
        await pilot.pause(0.2)
        await golden(app, "browse-80x24")
        await pilot.press("escape")
        await app.workers.wait_for_complete()
        assert len(app.case.cleaning.marked) == 1
        assert "marked" in (app.case.cleaning.fixes or ())


async def test_wide_windows_show_the_row_beside_the_list(tmp_path: Path, golden: Golden) -> None:
    app = AdvisorApp(on_disk(tmp_path, [*question_rows(40)]))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2", "b")
        await until(lambda: isinstance(app.screen, Browse))
        await golden(app, "browse-120x40")


async def test_hostile_rows_cannot_drive_the_terminal_from_the_list(tmp_path: Path) -> None:
    hostile: list[dict[str, object] | str] = [
        {"question": HOSTILE.replace("\ud83d", ""), "answer": "[/bold] [@click=app.quit]x[/]"},
        '{"broken": "\\u001b]52;c;cHduZWQ=\\u0007", ',
        '{"\\u001b[31mkey": {"deep": ["\\u009b0m"]}}',
        "\x1b]0;title\x07 not json",
    ]
    app = AdvisorApp(on_disk(tmp_path, [{"question": "a", "answer": "b"}, *hostile]))
    app.last_looks = ()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2", "b")
        await until(lambda: isinstance(app.screen, Browse))
        for _ in range(5):
            await pilot.press("down")
            await pilot.pause()
            strips = app.screen._compositor.render_strips()
            text = "".join(each.text for strip in strips for each in strip if not each.control)
            assert not CONTROL.search(text)
        assert "[@click=app.quit]" in "\n".join(screen_lines(app))
        assert app.is_running


async def test_a_row_that_cannot_be_read_is_not_marked(tmp_path: Path) -> None:
    app = AdvisorApp(on_disk(tmp_path, [{"question": "a", "answer": "b"}, "{broken"]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "b")
        await until(lambda: isinstance(app.screen, Browse))
        await pilot.press("x", "escape")
        await app.workers.wait_for_complete()
        assert app.case.cleaning.marked == ()


async def test_a_million_rows_are_opened_and_walked_without_delay(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"question": "q", "answer": "a"}\n' * 1_000_000)
    shape = replace(DATA.format, container="jsonl")
    source = RowSource(replace(DATA, path=str(path), format=shape))
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        clock = asyncio.get_running_loop().time
        began = clock()
        app.push_screen(Browse("all", source, range(1, 1_000_001), frozenset()))
        await pilot.pause()
        assert clock() - began < 2
        await until(lambda: source.index.complete)
        began = clock()
        await pilot.press("end")
        await pilot.pause()
        browser = app.screen.query_one(RowBrowser)
        assert browser.row is not None
        assert (browser.row.line, browser.row.excerpt) == (1_000_000, "q | a")
        assert clock() - began < 1


async def test_rows_of_a_parquet_file_are_browsed_and_its_child_ends_with_the_list(tmp_path: Path) -> None:
    import polars as pl

    case = on_disk(tmp_path, [*question_rows(3)])
    assert case.data is not None
    path = tmp_path / "rows.parquet"
    pl.DataFrame({"question": [f"q{n}" for n in range(900)], "answer": "a"}).write_parquet(path)
    shape = replace(case.data.format, container="parquet")
    data = replace(case.data, path=str(path), format=shape, bytes=path.stat().st_size)
    app = AdvisorApp(case.but(data=data))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "b")
        await until(lambda: isinstance(app.screen, Browse))
        await until(lambda: "q1 | a" in "\n".join(screen_lines(app)))
        browse = app.screen
        assert isinstance(browse, Browse)
        (pages,) = browse._source.index._parts
        assert isinstance(pages, ColumnPages)
        await pilot.press("escape")
        await until(lambda: pages._child is None)


@pytest.mark.parametrize("kind", ["gz", "utf-16", "text"])
async def test_rows_of_packed_files_other_encodings_and_texts_are_browsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    case = on_disk(tmp_path, [*question_rows(40)])
    assert case.data is not None
    path = Path(case.data.path)
    raw = path.read_bytes()
    match kind:
        case "gz":
            path.write_bytes(gzip.compress(raw))
        case "utf-16":
            path.write_bytes(raw.decode().encode("utf-16"))
    container = "text" if kind == "text" else "jsonl"
    shape = replace(case.data.format, container=container)  # type: ignore[arg-type]
    data = replace(case.data, bytes=path.stat().st_size, format=shape)
    app = AdvisorApp(case.but(data=data))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "b")
        await until(lambda: isinstance(app.screen, Browse))
        await until(lambda: "in story 1?" in "\n".join(screen_lines(app)))
        await pilot.press("end")
        await until(lambda: "row 39 of 39" in "\n".join(screen_lines(app)))
        assert "in story 39?" in "\n".join(screen_lines(app))
        await pilot.press("escape")
        await until(lambda: not isinstance(app.screen, Browse))


async def test_how_far_the_rows_of_a_file_are_found_is_told_meanwhile(tmp_path: Path) -> None:
    app = AdvisorApp(on_disk(tmp_path, [*question_rows(40)]))
    going_on = Event()

    class Slow(RowSource):
        """Rows of which the file gives some at first."""

        def __init__(self, data: DataFacts) -> None:
            super().__init__(data)
            self.index = SlowRows(data)

    class SlowRows(FileRows):
        def count(self) -> Iterator[int]:
            yield 1
            while not going_on.wait(0.02):
                yield 1
            yield from super().count()

    assert app.case.data is not None
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Browse("all", Slow(app.case.data), range(1, 40), frozenset()))
        await until(lambda: "reading on, 0 found" in "\n".join(screen_lines(app)))
        assert "not found yet" in "\n".join(screen_lines(app))
        going_on.set()
        await until(lambda: "in story 1?" in "\n".join(screen_lines(app)))
        await pilot.pause()
        assert "reading on" not in "\n".join(screen_lines(app))


async def test_columns_get_their_parts_and_the_data_is_read_again(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "rows.jsonl", [{"frage": "a", "antwort": "b", "id": 1}])
    app = AdvisorApp(filled(tmp_path).but(data_path=str(path), data=None, pilot=None, verdict=None))
    begun: list[str] = []
    app.begin = begun.append  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "m")
        await until(lambda: isinstance(app.screen, Mapping))
        await pilot.press("p", "enter")
        assert isinstance(app.screen, Mapping)
        assert "Name prompt and answer" in "\n".join(screen_lines(app))
        await pilot.press("down", "p", "up", "p", "down", "a", "enter")
        await until(lambda: app.case.columns is not None)
        assert app.case.columns is not None
        assert (app.case.columns.prompt, app.case.columns.answer) == ("frage", "antwort")
        assert begun == ["profile"]


async def test_r_reads_data_again_although_its_profile_is_known(tmp_path: Path) -> None:
    app = AdvisorApp(on_disk(tmp_path, [*question_rows(3)]))
    asked: list[JobSpec] = []

    async def follow(spec: JobSpec) -> None:
        asked.append(spec)

    app.running.follow = follow  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "r")
        await until(lambda: len(asked) == 1)
    assert isinstance(asked[0].task, ProfileTask)
    assert not asked[0].task.cache


async def test_the_first_press_counts_and_the_second_asks_before_it_cleans(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path).but(cleaning_seen=None))
    begun: list[str] = []
    app.begin = begun.append  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "c")
        await until(lambda: begun == ["preview"])
        app.case = filled(tmp_path)
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(lambda: begun == ["preview", "clean"])


def test_the_question_before_a_copy_names_what_the_ticked_fixes_find(tmp_path: Path) -> None:
    case = filled(tmp_path)
    assert case.data is not None
    asked = copy_question(case, case.data)
    assert "Your file stays as it is" in asked
    assert re.search(r"\d  Drop exact copies", asked)
    assert "Mask private data" not in asked
    nothing = case.but(cleaning=replace(case.cleaning, fixes=()))
    assert "the copy would say what your file says" in copy_question(nothing, case.data)


async def test_the_cursor_goes_to_the_fixes_once_they_are_counted(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        list_ = app.screen.rows  # type: ignore[attr-defined]
        assert list_.row.id.startswith("finding-")
        app.live = Live(job="preview", step="data", ended=Done(seconds=1.0))
        await until(lambda: list_.row.id.startswith("fix-"))


async def test_the_copy_becomes_the_data_after_a_question(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path).but(pilot=None, verdict=None))
    begun: list[str] = []
    app.begin = begun.append  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        app.screen.rows.go_to("cleaned-copy")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Confirm))
        assert "2,409 rows become 2,348" in " ".join("\n".join(screen_lines(app)).split())
        await pilot.press("y")
        await until(lambda: begun == ["profile"])
        assert app.case.data_path == "/home/user/runs/clean/tickets.cleaned.jsonl"
        assert app.case.cleaned is not None


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7), st.integers(6, 40))
def test_a_quality_bar_is_as_wide_as_asked_and_hides_no_part(
    valid: int, missing: int, mismatched: int, width: int
) -> None:
    bar = quality_bar(ColumnFacts("a", "text", valid, missing, mismatched), width)
    if valid + missing + mismatched == 0:
        assert bar == ""
        return
    assert len(bar) == width
    assert ("█" in bar, "·" in bar, "▒" in bar) == (valid > 0, missing > 0, mismatched > 0)


@pytest.mark.parametrize("keys", [("2",), ("2", "down", "down", "down", "down", "down")])
async def test_the_keys_of_every_row_fit_after_a_change(keys: tuple[str, ...], tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        app.screen.rows.go_to("fix-html")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        for key in keys:
            await pilot.press(key)
        await until(lambda: screen_lines(app)[-1].endswith("quit"))


@pytest.mark.parametrize(
    ("field", "typed", "topic"),
    [
        ("topic", "bank cards and payments", Topic("bank cards and payments")),
        ("typical", "3, 17 240", Topic(lines=(3, 17, 240))),
        ("topic", "  ", None),
    ],
)
def test_the_topic_is_said_in_words_or_by_typical_rows(
    tmp_path: Path, field: str, typed: str, topic: Topic | None
) -> None:
    case = filled(tmp_path)
    (row,) = [each for each in topic_section(case).rows if each.id == field]
    assert row.field is not None
    assert row.field.apply(case, typed).topic == topic


@pytest.mark.parametrize(("field", "typed"), [("topic", "x" * 1001), ("typical", "three"), ("typical", "0")])
def test_a_topic_that_cannot_be_is_answered_in_words(tmp_path: Path, field: str, typed: str) -> None:
    case = filled(tmp_path)
    (row,) = [each for each in topic_section(case).rows if each.id == field]
    assert row.field is not None
    with pytest.raises(BadInput):
        row.field.apply(case, typed)
