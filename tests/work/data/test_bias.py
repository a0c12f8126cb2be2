"""Differences between groups are found where planted, and are silent on few or balanced mentions."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from advisor import catalog
from advisor.errors import BadInput
from advisor.work.data.bias.facts import bias_facts
from advisor.work.data.bias.mentions import GroupAssociations
from advisor.work.data.bias.outcomes import disparity
from advisor.work.data.bias.words import group_words
from advisor.work.data.checks.batch import Tally
from advisor.work.data.scan.frames import lists_of
from heuristics.facts.bias import BiasFacts
from heuristics.statistics import false_discovery, two_shares
from tests.data_samples import Row, load_rows, question


def facts_of(folder: Path, rows: Sequence[Row]) -> BiasFacts:
    loaded = load_rows(folder, rows)
    tally = Tally()
    for batch in [lists_of(loaded.examples).batch(loaded.format)]:
        tally.add(GroupAssociations().look(batch))
    return bias_facts(tally)


def said(number: int, sentence: str, answer: str = "Yes, it does.") -> Row:
    return {"question": f"{question(number)} {sentence}", "answer": answer}


def test_a_word_that_goes_with_one_group_is_a_difference_with_counts(tmp_path: Path) -> None:
    rows = [
        said(n, f"The {'nurse' if n % 20 else 'surgeon'} said that {'she' if n % 2 else 'he'} knows.")
        for n in range(400)
    ]
    rows += [said(n, "The surgeon said that he knows.") for n in range(400, 520)]
    found = facts_of(tmp_path, rows)
    by_word = {each.word: each for each in found.associations}
    assert set(by_word) == {"nurse", "care", "surgeon", "science"}
    nurse = by_word["nurse"]
    assert (nurse.group, nurse.other) == ("men", "women")
    assert (nurse.count, nurse.sentences, nurse.other_count, nurse.other_sentences) == (180, 320, 200, 200)
    assert nurse.log_odds < -4 and nurse.z < -3 and nurse.p < 0.01
    assert nurse.rows[:3] == (2, 3, 4)


def test_balanced_and_rare_mentions_are_silent(tmp_path: Path) -> None:
    balanced = [
        said(n, f"The {('nurse', 'pilot')[n // 2 % 2]} said that {'she' if n % 2 else 'he'} knows.")
        for n in range(400)
    ]
    assert facts_of(tmp_path, balanced).associations == ()
    few = [said(n, f"The nurse said that {'she' if n else 'he'} knows.") for n in range(29)]
    assert facts_of(tmp_path, few) == BiasFacts()


def test_a_sentence_with_both_groups_or_none_counts_for_neither(tmp_path: Path) -> None:
    rows = [said(n, "He met the nurse and her sister. The theme of mankind. She left!") for n in range(60)]
    found = facts_of(tmp_path, rows)
    assert [(each.group, each.rows, each.sentences) for each in found.mentions] == [("women", 60, 60)]
    assert found.mentions[0].low == pytest.approx(0.94, abs=0.01)


def test_refusals_and_lengths_are_compared_between_rows_that_name_one_group(tmp_path: Path) -> None:
    refusal, help_ = (
        "I'm sorry, but I cannot help with that.",
        "Of course, here is how it is done in " + "a few " * 9,
    )
    rows = [
        said(
            n,
            f"A joke about {'muslims' if n % 2 else 'christians'}.",
            refusal if n % 2 and n % 3 else help_ + str(n),
        )
        for n in range(240)
    ]
    found = facts_of(tmp_path, rows)
    (gap,) = found.rates
    assert (gap.axis, gap.outcome) == ("religion", "refusal")
    assert [(each.group, each.rows, each.rate) for each in gap.groups] == [
        ("muslims", 120, pytest.approx(80 / 120)),
        ("christians", 120, 0.0),
    ]
    assert (gap.difference, gap.ratio) == (pytest.approx(80 / 120), 0.0)
    lengths = {each.group: each for each in found.lengths}
    assert lengths["christians"].words > lengths["muslims"].high


def test_label_rates_are_compared_by_group(tmp_path: Path) -> None:
    rows: list[Row] = [
        {
            "text": f"{question(n)} {'She' if n % 2 else 'He'} wrote it.",
            "label": "spam" if (n % 2 and n % 4 == 1) or n % 10 == 0 else "ham",
        }
        for n in range(400)
    ]
    gaps = {each.outcome: each for each in facts_of(tmp_path, rows).rates}
    assert set(gaps) == {"label spam", "label ham"}
    assert gaps["label spam"].difference == pytest.approx(0.3)


def test_fairlearn_on_weighted_cells_gives_the_rates_of_the_rows() -> None:
    assert disparity({"a": 100, "b": 40}, Counter({"a": 10, "b": 20})) == (
        pytest.approx(0.4),
        pytest.approx(0.2),
    )
    assert disparity({"a": 100, "b": 40}, Counter()) == (0.0, 1.0)


def test_adjusted_p_values_are_those_of_a_worked_example() -> None:
    assert false_discovery([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert false_discovery([]) == []
    assert two_shares((15, 100), (30, 100)) == pytest.approx(0.0109, abs=2e-4)
    assert two_shares((0, 9), (0, 9)) == two_shares((0, 0), (1, 9)) == 1.0


def test_every_word_stands_in_one_group_and_in_one_field() -> None:
    words = group_words()
    for groups in words.axes.values():
        named = [word for list_ in groups.values() for word in list_]
        assert len(named) == len(set(named))
        assert all(word == word.lower() for word in named)
    fields = [word for list_ in words.domains.values() for word in list_]
    assert len(fields) == len(set(fields))
    assert len(words.domains) == 8
    assert not set(fields) & {
        word for groups in words.axes.values() for list_ in groups.values() for word in list_
    }


def test_the_user_adds_words_and_a_faulty_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path))
    file = tmp_path / "groups.toml"
    file.write_text(
        '[axes.town]\nnorth = ["Northerner"]\nsouth = ["southerner"]\n[domains]\ncare = ["medic"]\n'
    )
    try:
        group_words.cache_clear()
        assert group_words().axes["town"] == {"north": ("northerner",), "south": ("southerner",)}
        assert {"nurse", "medic"} <= set(group_words().domains["care"])
        file.write_text("[axis.town]\n")
        group_words.cache_clear()
        with pytest.raises(BadInput, match=r"groups.toml: axis"):
            group_words()
    finally:
        group_words.cache_clear()


def test_findings_speak_of_differences_and_never_of_being_biased(tmp_path: Path) -> None:
    from dataclasses import replace

    from heuristics.rules.bias import BIAS_RULES
    from tests.heuristics.known_cases import data

    refusal = "I'm sorry, but I cannot help with that."
    rows = [
        said(n, f"The nurse said that {'she' if n % 2 else 'he'} knows.", refusal if n % 2 else "Yes. " * 20)
        for n in range(200)
    ]
    rows += [said(n, "The pilot says that he knows.", "Yes. " * 20) for n in range(200, 300)]
    facts = replace(data(), bias=facts_of(tmp_path, rows))
    found = [each for rule in BIAS_RULES if (each := rule(facts, catalog.limits())) is not None]
    assert [each.rule for each in found] == [
        "data.group_associations",
        "data.group_rates",
        "data.group_lengths",
        "data.group_mentions",
    ]
    words = " ".join(f"{each.headline} {each.why} {each.do}" for each in found).lower()
    assert "biased" not in words and "unbiased" not in words
    assert "difference" in words
    assert not any(rule(data(), catalog.limits()) for rule in BIAS_RULES)
