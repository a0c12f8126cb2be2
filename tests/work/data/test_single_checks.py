"""Checks on single rows find each planted defect, and leave alone what only looks like one."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from heuristics.facts.data import CheckResult
from tests.data_samples import Row, label_rows, question, write_jsonl
from tests.work.data.test_checks import checked

Check = Callable[[Sequence[Row | str]], dict[str, CheckResult]]

SENTENCE = "The keeper of the lighthouse counts the boats each evening and writes their number down"


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Results by name of all checks over these rows."""

    def run(rows: Sequence[Row | str]) -> dict[str, CheckResult]:
        return checked(write_jsonl(tmp_path / "rows.jsonl", rows))

    return run


def told(count: int) -> list[Row]:
    """Rows with answers of two whole sentences."""
    return [
        {"question": question(n), "answer": f"{SENTENCE} in year {n}. {SENTENCE} once more."}
        for n in range(count)
    ]


def one(text: str, asked: str = "Tell me about it, please.") -> Row:
    return {"question": asked, "answer": text}


@pytest.mark.parametrize(
    "ending",
    [
        f"{SENTENCE}. {SENTENCE}, because",
        f"{SENTENCE}. After a long winter they came back and saw that the",
        f"{SENTENCE}. {SENTENCE} but sometimes he forg",
        f"{SENTENCE}. {SENTENCE}.\n```python\nprint(1)\n",
    ],
)
def test_answers_that_break_off_are_found(check: Check, ending: str) -> None:
    found = check([*told(80), one(ending)])["truncated_answers"]
    assert (found.count, found.rows) == (1, (81,))


def test_many_answers_of_exactly_the_greatest_length_were_cut(check: Check) -> None:
    cut = [one((f"{SENTENCE} in room {n}. " * 9)[:493]) for n in range(10, 16)]
    found = check([*told(80), *cut])["truncated_answers"]
    assert found.count == 6
    assert "exactly 493 characters in 6" in found.detail


def test_answers_that_never_end_on_a_full_stop_are_not_called_cut(check: Check) -> None:
    sums = [
        one(f"She has {n} boxes of 12 pens each.\nSo there are {n} * 12 = {n * 12} pens.\n" * 3 + f"#### {n}")
        for n in range(90)
    ]
    lists = [one(f"{SENTENCE}:\n- apples\n- pears\n- a bag of {n} nuts") for n in range(90)]
    code = [one(f"{SENTENCE}.\n```python\nprint({n})\n```") for n in range(90)]
    tags = [one(f"{SENTENCE}. {SENTENCE}! #PuppyLove{n}") for n in range(9)]
    bare = [
        one(f"{SENTENCE} and number {n} of them is the longest of all in the whole harbour")
        for n in range(90)
    ]
    for rows in (sums, lists, code, [*told(90), *tags], bare):
        assert check(rows)["truncated_answers"].count == 0


def test_loops_echoes_and_noise_are_found_and_tables_are_not(check: Check) -> None:
    loop = one("It began well. " + "and then again and then again " * 40)
    echo = one(
        "What is the tallest tower of the town? It is the old mill.", "What is the tallest tower of the town?"
    )
    noise, mash = one("#$%&*@!~^#$%&*@!~^#$%&*@!~^", "%&*@!~^#$%&*@!~^"), one("sdfgkjhwrtb")
    table = one("| a | b |\n|---|---|\n| 1 | 2 |\n" + f"{SENTENCE}. " * 3)
    poem = one("Row on, row on, the river said,\n" * 2 + f"{SENTENCE}. " * 2)
    found = check([*told(20), loop, echo, noise, mash, table, poem])
    assert found["repeated_text"].rows == (21,)
    assert found["echoed_prompts"].rows == (22,)
    assert found["gibberish"].rows == (23, 24)


@pytest.mark.parametrize(
    "answer",
    [
        "Apples are red.\n\n18. Instruction: Name a colour.",
        'Done.\n### Output:\n["Apple"]',
        "Paris.\nInstruction: Name a river\nOutput: the Seine",
    ],
)
def test_a_second_instruction_in_an_answer_is_found(check: Check, answer: str) -> None:
    assert check([*told(9), one(answer)])["merged_examples"].rows == (10,)


def test_answers_that_speak_of_output_or_steps_are_one_example(check: Check) -> None:
    rows = [
        one("```python\nprint(1)\n```\nOutput:\n1"),
        one("1. Input the numbers.\n2. Output: their sum."),
        one("Instruction: keep it dry.", "Write one instruction."),
    ]
    assert check([*told(9), *rows])["merged_examples"].count == 0


def test_prompts_that_need_a_picture_or_an_address_are_found(check: Check) -> None:
    rows = [
        one("A cat.", "Describe the following image."),
        one("It says 3.", "See attached and sum the column."),
        one("A blog.", "Summarise https://example.org/post/3 for me."),
        one("get('https://example.org')", "Fetch https://example.org with the tool."),
        one("A frame.", "Describe the image of a hero in this poem: O Captain."),
    ]
    found = check([*told(9), *rows])["unreachable_sources"]
    assert found.rows == (10, 11, 12)
    assert found.detail == "a picture or file in 2, a web address in 1"


def test_marks_of_chat_templates_are_found_by_family(check: Check) -> None:
    rows = [
        one("Hello<|im_end|>"),
        one("[INST] Say hello [/INST] Hello"),
        one("<start_of_turn>model\nHello"),
        one("In C, a < b && c > d, [INSTANCE] and a | b stay as they are."),
    ]
    found = check([*told(9), *rows])["template_markers"]
    assert (found.count, found.rows) == (3, (10, 11, 12))


def test_entities_and_tags_count_in_prose_and_not_in_code(check: Check) -> None:
    rows = [
        one("Fish &amp; chips, 5 &lt; 6"),
        one("<p>Good morning</p><br/>and good night"),
        one("Use &lt; in HTML to show a less-than sign."),
        one("```\nif (a && b) { x &lt; y; } <div></div>\n```"),
        one("AT&T; R&D; if a <b and c> d"),
    ]
    found = check([*told(9), *rows])
    assert found["html_entities"].rows == (10,)
    assert found["html_markup"].rows == (11,)


def test_furniture_of_pages_and_characters_without_width_are_found(check: Check) -> None:
    rows = [
        one("This site uses cookies. Accept all cookies. Good bread needs time."),
        one("zero\u200bwidth and soft\u00adhyphen"),
        one("👩\u200d🔬 studies नमस्\u200dते and 5\u00a0km"),
    ]
    found = check([*told(9), *rows])
    assert found["boilerplate"].rows == (10,)
    assert (found["invisible_characters"].rows, found["invisible_characters"].detail) == (
        (11,),
        "U+200B in 1",
    )


def test_manner_is_counted_by_whole_words(check: Check) -> None:
    rows = [
        one("Let us delve into the rich tapestry of towns."),
        one("You IDIOT, said the clown."),
        one("The idiotypic network of Scunthorpe and the class of Dickens."),
    ]
    found = check([*told(9), *rows])
    assert (found["worn_phrases"].rows, found["worn_phrases"].detail) == ((10,), "delve into in 1")
    assert found["harsh_words"].rows == (11,)


def test_rows_of_other_languages_are_found_and_short_or_coded_ones_are_not(check: Check) -> None:
    german = "Der Wärter des Leuchtturms zählt jeden Abend die Boote und schreibt ihre Zahl in ein Buch."
    rows = [
        one(german, "Erzähle mir bitte von dem Leuchtturm und von den Booten am Abend.") for _ in range(3)
    ]
    crossed = [
        one(german, "Tell me about the lighthouse and about the boats in the evening.") for _ in range(2)
    ]
    other = [one("Ja, gut."), one("```\nfor i in range(3): print(i)\n```")]
    found = check([*told(60), *rows, *crossed, *other])
    assert found["language_mix"].detail.startswith("en 6")
    assert "de" in found["language_mix"].detail
    assert found["language_mismatch"].rows == (64, 65)
    assert check(told(60))["language_mix"].count == 0


def test_lengths_openings_and_order_are_judged_against_the_rest(check: Check) -> None:
    plain = told(200)
    assert check(plain)["length_outliers"].count == check(plain)["ordered"].count == 0
    assert check([*plain, one(SENTENCE * 300)])["length_outliers"].rows == (201,)
    asked = [
        {"question": f"{'Please tell me' if n % 2 else question(n)[5:]} {n}", "answer": "Yes."}
        for n in range(100)
    ]
    assert check(asked)["one_opening"].detail == "They begin with “please tell me”"


def test_a_sorted_file_is_told_from_a_shuffled_one(check: Check) -> None:
    rows = label_rows({"a": 80, "b": 80, "c": 80})
    assert check(rows)["ordered"].count == 237
    assert check([rows[n * 97 % 240] for n in range(240)])["ordered"].count == 0
    assert check([*rows[:3]])["ordered"].count == 0
    growing = [one(f"{SENTENCE}. " * (1 + n // 20)) for n in range(200)]
    assert check(growing)["ordered"].count > 150


def test_refusals_in_rows_about_tools_stay_below_the_limit_of_their_share(check: Check) -> None:
    rows = [*told(99), one("I'm sorry, but I can't book flights. I can only look up the weather.")]
    assert check(rows)["refusals"].share == 0.01
