"""The report and the model card: complete, self-contained, and deaf to what rows try to say."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from advisor.case import Case
from advisor.document.write import documents, write_documents
from heuristics.basis import Basis, Estimate
from heuristics.facts.data import Quantiles, TokenFacts
from heuristics.facts.experiment import GroupShift, RateEvidence, RatePoint, Rung
from heuristics.facts.pilot import Sample
from heuristics.planning.recipe import Offer
from tests.advisor.example_case import HOSTILE, full_case

ATTACK = f'<script>alert(1)</script><img src="https://evil.example/x">](javascript:alert(1)) {HOSTILE}'


def rich_case(folder: Path, words: str = "a support case") -> Case:
    """A case with a ladder, rates, offers, lengths and shifts; `words` stand wherever outside text can."""
    case = full_case(folder, name=words)
    assert case.pilot and case.plan and case.data and case.verdict
    rungs = tuple(
        Rung(f"r{size}{seed}", size, seed, 3.0 * size**-0.2 * (1 + 0.01 * seed))
        for size, seeds in ((30, 3), (60, 3), (120, 1), (240, 1))
        for seed in range(seeds)
    )
    points = tuple(RatePoint(f"rate{n}", rate, 1.2 + 0.05 * n) for n, rate in enumerate((1e-4, 3e-4, 9e-4)))
    rate = RateEvidence(3e-4, 3e-4, 1e-4, 9e-4, "parabola", 0.01, points, 2e-4, 1e-4, 4e-4, "Measured")
    shifts = tuple(GroupShift(f"r{n}", 240, n, words, 20, 0.1, 0.2, 0.1) for n in range(3))
    pilot = replace(
        case.pilot,
        rungs=rungs,
        rate=rate,
        shifts=shifts,
        samples=(Sample(3, words, words, words, words),),
    )
    tokens = Quantiles(5, 20, 60, 80, 100, 25.0)
    lengths = TokenFacts(
        "m", "plain", tokens, tokens, tokens, 900, 300, ((32, 20), (64, 15), (128, 4)), (), True
    )
    hours, cost = Estimate(1.5, 1, 3, "h", Basis.FORMULA), Estimate(4.2, 3, 9, "USD", Basis.FORMULA)
    offer = Offer("AWS", "g6e.xlarge", "L40S", 1, 1.86, True, hours, cost, "2026-07-20")
    dear = replace(offer, provider="GCP", spot=False, cost=cost.scaled(3))
    return case.but(
        pilot=pilot,
        data=replace(case.data, name=words, tokens=lengths),
        plan=replace(case.plan, offers=(offer, dear)),
        verdict=replace(case.verdict, headline=f"Train in full here: {words}"),
    )


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def _texts(case: Case) -> dict[str, str]:
    return {each.path: each.text for each in documents(case)}


def test_the_page_needs_nothing_from_outside_and_runs_nothing(tmp_path: Path) -> None:
    page = _texts(rich_case(tmp_path, ATTACK))["report.html"]
    parsed = _Tags()
    parsed.feed(page)
    names = {tag for tag, _ in parsed.tags}
    assert not names & {"script", "img", "iframe", "link", "object", "a", "form"}
    assert not any(
        name in ("src", "href") or name.startswith("on") for _, attrs in parsed.tags for name in attrs
    )
    assert "url(" not in page
    assert "default-src 'none'" in page
    assert "&lt;script&gt;" in page


def test_the_page_holds_every_picture(tmp_path: Path) -> None:
    page = _texts(rich_case(tmp_path))["report.html"]
    for title in (
        "Learning curve",
        "Loss of run",
        "Learning rates tried",
        "Memory of one",
        "Rows by length",
        "Cost of",
    ):
        assert title in page
    assert page.count("<svg") == 3
    assert page.count('class="bars"') == 2
    assert page.count('class="stack"') == 1
    assert 'class="band"' in page
    assert "nan" not in "".join(re.findall(r"<svg.*?</svg>", page))
    assert all(0 <= float(width) <= 100 for width in re.findall(r"width:([^%]*)%\"", page))


def test_every_picture_is_read_in_words_on_the_page_and_in_markdown(tmp_path: Path) -> None:
    texts = _texts(rich_case(tmp_path))
    page, shown = texts["report.html"], texts["report.md"].replace("\\", "")
    figures = re.findall(r"<figure><figcaption>.*?</figcaption><p>(.*?)</p>", page)
    assert len(figures) == page.count("<figure>") == 6
    for words in (
        "From 30 to 240 rows loss went from 1.53 nats to 1.00 nats. At 960 rows",
        "Of 3 rates 1.0e-04 gave the lowest held-out loss, 1.20 nats; the pilot took 3.0e-04",
        "Half of the rows have 20 tokens or fewer, 95 % have 60 or fewer, the longest has 100.",
        "Of 2 offers the cheapest is AWS 1 × L40S, 4.20 USD, the dearest GCP 1 × L40S, 12.60 USD.",
    ):
        assert any(words in each for each in figures), (words, figures)
        assert words in shown


def test_axes_are_labelled_where_something_was_measured(tmp_path: Path) -> None:
    page = _texts(rich_case(tmp_path))["report.html"]
    drawn = dict(re.findall(r'aria-label="([^"]*)">(.*?)</svg>', page))
    rates = next(body for title, body in drawn.items() if title == "Learning rates tried")
    curve = next(body for title, body in drawn.items() if title.startswith("Learning curve"))
    assert re.findall(r'class="mid"[^>]*>([^<]*)<', rates)[:3] == ["1.0e-04", "3.0e-04", "9.0e-04"]
    assert re.findall(r'class="mid"[^>]*>([^<]*)<', curve)[:6] == ["30", "60", "120", "240", "480", "960"]


def test_a_diverged_rate_is_named_and_a_cut_length_too(tmp_path: Path) -> None:
    case = rich_case(tmp_path)
    assert case.pilot and case.pilot.rate and case.plan
    points = (*case.pilot.rate.points, RatePoint("rate9", 2.7e-3, None))
    pilot = replace(case.pilot, rate=replace(case.pilot.rate, points=points))
    plan = replace(case.plan, recipe=replace(case.plan.recipe, sequence_length=80))
    page = _texts(case.but(pilot=pilot, plan=plan))["report.html"]
    assert "Diverged: 0.00270." in page
    assert "Rows are cut at 80." in page


def test_the_decision_stands_first_and_is_said_once(tmp_path: Path) -> None:
    case = rich_case(tmp_path)
    assert case.verdict is not None
    case = case.but(verdict=replace(case.verdict, headline="Scale up here: it is better."))
    page = _texts(case)["report.html"]
    assert "<strong>Scale up here</strong><p>It is better.</p>" in page
    assert "Verdict: Scale up here. It is better." in _texts(case)["README.md"]


def test_narrow_screens_read_the_column_beside_each_cell(tmp_path: Path) -> None:
    page = _texts(rich_case(tmp_path, ATTACK))["report.html"]
    assert '<td data-head="evidence">' in page
    assert "@media (max-width: 620px)" in page


def test_axes_of_losses_begin_at_zero_and_count_in_round_steps(tmp_path: Path) -> None:
    case = rich_case(tmp_path)
    assert case.pilot is not None
    steps = tuple((step, 5.0 / step) for step in range(1, 151))
    run = replace(case.pilot.runs[0], train_loss=steps, heldout_loss=())
    page = _texts(case.but(pilot=replace(case.pilot, runs=(run,))))["report.html"]
    drawn = next(each for each in re.findall(r"<svg.*?</svg>", page) if "Loss of run" in each)
    shown = re.findall(r'class="(?:end|mid)"[^>]*>([^<]*)<', drawn)
    assert not any(each.startswith("-") for each in shown)
    assert {"0", "2.00", "4.00", "50", "100", "150"} <= set(shown)


def test_markdown_says_the_same_and_nothing_in_it_is_code_or_link(tmp_path: Path) -> None:
    shown = _texts(rich_case(tmp_path, ATTACK))["report.md"]
    assert "<script" not in shown.replace("\\<script", "")
    assert "](javascript" not in shown.replace("\\](", "").replace("\\]", "")
    assert "## Verdict" in shown
    assert "Side by side" in shown


def test_the_model_card_is_read_by_the_hubs_own_library(tmp_path: Path) -> None:
    from huggingface_hub import ModelCard

    text = _texts(rich_case(tmp_path, ATTACK))["README.md"]
    card = ModelCard(text)
    assert card.data.base_model == "example/tiny"
    assert card.data.library_name == "peft"
    assert yaml.safe_load(text.split("---\n")[1])["pipeline_tag"] == "text-generation"
    for title in ("Intended use", "Training data", "Measured results", "Limits", "Bias"):
        assert f"## {title}" in text


def test_the_card_says_when_a_smaller_model_was_measured(tmp_path: Path) -> None:
    case = rich_case(tmp_path)
    assert case.pilot is not None
    other = case.but(pilot=replace(case.pilot, model="example/tinier"))
    said = "results of example/tinier, a smaller model that ran the pilot in place of example/tiny"
    assert said in _texts(other)["README.md"]
    assert said not in _texts(case)["README.md"]


def test_colons_are_left_alone_unless_they_make_a_link(tmp_path: Path) -> None:
    shown = _texts(rich_case(tmp_path, "see https://evil.example now"))["report.md"]
    assert "Fine-tuning report: see https\\://evil.example now" in shown


def test_an_empty_case_is_still_a_report(tmp_path: Path) -> None:
    case = full_case(tmp_path).but(data=None, plan=None, pilot=None, verdict=None, machine=None)
    texts = _texts(case)
    assert "There is no verdict yet" in texts["report.html"]
    assert "README.md" not in texts


def test_an_older_report_is_kept(tmp_path: Path) -> None:
    case = rich_case(tmp_path / "case")
    write_documents(case, tmp_path / "out")
    (tmp_path / "out" / "report.md").write_text("mine")
    kept = write_documents(case, tmp_path / "out").kept
    assert [each.name for each in kept] == ["report.md.bak1"]


@pytest.mark.parametrize("width", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_do_not_break_the_pictures(tmp_path: Path, width: float) -> None:
    case = rich_case(tmp_path)
    assert case.pilot is not None
    run = replace(case.pilot.runs[0], train_loss=((1, 2.0), (2, width), (3, 1.5)))
    page = _texts(case.but(pilot=replace(case.pilot, runs=(run,))))["report.html"]
    assert "<svg" in page
