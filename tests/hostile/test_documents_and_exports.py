"""Whatever texts a case holds: reports keep their shape, exports give back exactly what was put in."""

import io
import json
import os
import shutil
import subprocess
import tomllib
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import yaml
from hypothesis import Phase, given, settings
from markdown_it import MarkdownIt

from advisor.case import Case, case_of_toml
from advisor.cleaning_file import cleaning_toml, read_cleaning
from advisor.cli.narrate import Narrator
from advisor.cli.report.whole import as_json, as_text
from advisor.document.write import documents
from advisor.events import AlarmRaised, FileWritten, Metric, Note, RunEnded, Started, Step
from advisor.export.all import preview
from heuristics.facts.cleaning import Cleaning, Spelling
from tests.advisor.example_case import full_case
from tests.fuzz.reading import CONTROL
from tests.hostile.texts import file_name, hostile_text, hostile_texts, poisoned_case, storable, texts_of
from tests.screens.sample_case import PILOT

PARTS = ("machine", "data", "cleaning", "goal", "plan", "pilot", "verdict", "export")
QUICKLY = (Phase.explicit, Phase.generate)
"""A failing example is shown as it was found: making it smaller takes minutes."""
property_of_texts = settings(max_examples=30, derandomize=True, database=None, phases=QUICKLY)
NOWHERE = Path("/nonexistent")


class _Shape(HTMLParser):
    """The elements of a page with their attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.others: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def handle_pi(self, data: str) -> None:
        self.others.append(data)


def _documents(texts: list[str]) -> dict[str, str]:
    case = poisoned_case(NOWHERE, [storable(each) for each in texts])
    return {each.path: each.text for each in documents(case)}


@cache
def _harmless() -> dict[str, str]:
    return _documents(["plain words"])


@property_of_texts
@given(hostile_texts)
def test_no_text_adds_an_element_or_an_attribute_to_the_report(texts: list[str]) -> None:
    page, usual = _Shape(_documents(texts)["report.html"]), _Shape(_harmless()["report.html"])
    assert page.elements == usual.elements
    assert not page.others


@property_of_texts
@given(hostile_texts)
def test_no_text_means_anything_in_markdown(texts: list[str]) -> None:
    found = _documents(texts)
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for name in ("report.md", "README.md"):
        body, usual = (each[name].split("\n---\n\n", 1)[-1] for each in (found, _harmless()))
        seen, known = (Counter(_kinds(reader, each)) for each in (body, usual))
        assert seen == known, name
        assert not CONTROL.search(found[name])
    head, harmless = (yaml.safe_load(each["README.md"].split("---\n")[1]) for each in (found, _harmless()))
    assert head.keys() == harmless.keys()


def _kinds(reader: MarkdownIt, text: str) -> list[str]:
    """What Markdown makes of a text, words and line breaks left out."""
    found = []
    for block in reader.parse(text):
        found.append(block.type)
        found += [each.type for each in block.children or () if each.type not in ("text", "softbreak")]
    return [each for each in found if each != "text_special"]


@property_of_texts
@given(hostile_text, hostile_text)
def test_exports_hold_the_names_exactly(name: str, model: str) -> None:
    path = f"/models/{storable(model)}".replace("\x00", "")
    case = full_case_of(storable(name), path)
    shown = {each.path: each.text for each in preview(case, NOWHERE)}
    held = {file for file, text in shown.items() if path in texts_of(_parsed(file, text))}
    assert held == _files_that_hold_a_model()
    assert not [file for file, text in shown.items() if CONTROL.search(text)]
    again = case_of_toml(shown["advisor.toml"], case.folder)
    assert again == case.but(options=again.options)


def _parsed(file: str, text: str) -> object:
    if file.endswith(".yaml"):
        return yaml.safe_load(text)
    if file.endswith(".toml"):
        return tomllib.loads(text)
    return json.loads(text) if file.endswith(".json") else None


@cache
def _files_that_hold_a_model() -> set[str]:
    shown = preview(full_case_of("plain", "/models/plain"), NOWHERE)
    found = {each.path for each in shown if "/models/plain" in texts_of(_parsed(each.path, each.text))}
    assert len(found) > 5
    return found


@settings(max_examples=8, derandomize=True, database=None, phases=QUICKLY)
@given(file_name, hostile_text)
def test_exported_shell_runs_nothing_of_a_name(name: str, model: str) -> None:
    folder = Path(f"/out/{' '.join(name.splitlines())}")
    case = full_case_of(name, f"/models/{storable(model)}".replace("\x00", ""))
    shown = {each.path: each.text for each in preview(case, folder)}
    shell = shutil.which("bash")
    assert shell is not None
    commands = [line[4:] for line in shown["RUN.md"].splitlines() if line.startswith("    ")]
    scripts = [text for file, text in shown.items() if file.endswith((".sbatch", ".env", ".sh"))]
    for script in (*scripts, str(yaml.safe_load(shown["sky.yaml"])["run"]), "\n".join(commands)):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)
    goes = next(each for each in commands if each.startswith("cd "))
    said = subprocess.run(
        [shell, "-c", f'cd() {{ printf %s "$2"; }}; {goes}'], capture_output=True, check=True, timeout=20
    )
    assert said.stdout == os.fsencode(folder)


def full_case_of(name: str, path: str) -> Case:
    """A case whose name and local model are these texts."""
    case = full_case(Path("/tmp"), name="plain", model_folder=path)
    assert case.model is not None
    return case.but(name=name, model=replace(case.model, id=path))


@property_of_texts
@given(hostile_texts)
def test_reports_of_the_command_line_hold_no_control_character(texts: list[str]) -> None:
    case = poisoned_case(NOWHERE, [storable(each) for each in texts])
    assert not CONTROL.search(as_text(case, PARTS))
    document = as_json(case, PARTS, "open")
    assert document.isascii()
    assert case.name in texts_of(json.loads(document))


@property_of_texts
@given(hostile_text)
def test_a_log_of_a_job_holds_no_control_character(text: str) -> None:
    told = io.StringIO()
    narrator = Narrator(told, clock=iter(range(0, 10_000, 10)).__next__)
    for event in (
        Started(job="pilot", pid=1, time=text),
        Step(phase=text, done=1, total=2, text=text, unit=text),
        Note(text=text, level="warning"),
        Metric(run=text, step=1, total_steps=2, values={"loss": 1.0}),
        AlarmRaised(alarm=replace(PILOT.alarms[0], text=text, do=text)),
        RunEnded(run=replace(PILOT.runs[0], id=text, phase=text)),
        FileWritten(path=text, rows=1),
    ):
        narrator.hear(event)
    assert told.getvalue()
    assert not CONTROL.search(told.getvalue())
    assert len(told.getvalue().splitlines()) == 7


@property_of_texts
@given(hostile_text, hostile_text, hostile_text)
def test_a_cleaning_is_read_back_as_it_was_written(
    tmp_path_factory, field: str, written: str, to: str
) -> None:
    spelling = Spelling(*(storable(each) for each in (field, written, to)))
    cleaning = Cleaning(fixes=("labels",), spellings=(spelling,), marked=(storable(to),))
    path = tmp_path_factory.getbasetemp() / "cleaning.toml"
    path.write_text(cleaning_toml(cleaning, ("labels",), storable(field), "ab"), encoding="utf-8")
    assert read_cleaning(path) == (cleaning, (), None)
