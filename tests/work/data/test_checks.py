"""Checks find what was planted and leave clean rows alone."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from advisor.private import iban, luhn, masked, private_spans, secret_spans
from advisor.specs import DataChoice
from advisor.work.data.bias.facts import log_odds
from advisor.work.data.checks.all import ROW_CHECKS, WHOLE_CHECKS, results_of
from advisor.work.data.checks.misread import is_mojibake
from advisor.work.data.checks.near import clusters
from advisor.work.data.checks.spelling import distance, fingerprint, letter_pairs, variants
from advisor.work.data.scan.scan import Scan
from advisor.work.data.scan.state import RowStore
from heuristics.facts.data import CheckResult
from tests.data_samples import WORDS, Row, label_rows, message_row, question_rows, write_jsonl

NAMES = [each.name for each in (*ROW_CHECKS, *WHOLE_CHECKS)]
Check = Callable[[Sequence[Row | str]], dict[str, CheckResult]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Results by name of all checks over these rows."""

    def run(rows: Sequence[Row | str]) -> dict[str, CheckResult]:
        return checked(write_jsonl(tmp_path / "rows.jsonl", rows))

    return run


def checked(path: Path, held: Path | None = None) -> dict[str, CheckResult]:
    """Results by name of all checks over a file, and over the file to be tested on."""
    scan = Scan(DataChoice(path=path), RowStore())
    scanned = scan.read(ROW_CHECKS)
    test_rows = Scan(DataChoice(path=held), RowStore()).read(()).account.store if held else None
    return {each.check: each for each in results_of(scanned, test_rows, scan.excerpts, None)[0]}


def prose(rng: random.Random, words: int) -> str:
    return " ".join(rng.choice(WORDS) + str(rng.randrange(90)) for _ in range(words))


def test_clean_rows_give_no_finding_at_all(check: Check) -> None:
    rows = [
        *question_rows(400),
        {"question": "What is 3.14 * 1,234,567?", "answer": "3.14 * 1,234,567 = 3876540.38\n#### 3876540"},
        {
            "question": "Pages 120-135, 2019-2021, ratio 10:15:20",
            "answer": "From 100 200 300 400 to 1000-2000-3000",
        },
        {"question": "Write HTML", "answer": "<b>{{ name }}</b> ```jinja\n{{ user.name }}\n```"},
        {"question": "Say it in Chinese", "answer": "细胞理论是生物科学的一个理论。"},
        {
            "question": "À quoi sert « CAFÉ » ?",
            "answer": "Œuvre, naïveté, Ångström, SÃO PAULO, 5 × 3… Зміїний",
        },
        {"question": "Is it none of these?", "answer": "None"},
    ]
    assert {name: result.count for name, result in check(rows).items() if result.count} == {
        "one_opening": 400
    }


def test_every_check_runs_on_every_format(check: Check) -> None:
    for rows in (
        question_rows(3),
        label_rows({"a": 9}),
        [{"text": "Once."}],
        [message_row(("user", "a"), ("assistant", "b"))],
    ):
        found = set(check(rows))
        assert found == {"empty_answers", "role_errors", "schema_drift", *NAMES} - {
            "overlap_with_eval",
            "leaks_from_eval",
        }


def test_exact_duplicates_count_the_rows_that_could_go(check: Check) -> None:
    rows = question_rows(20)
    found = check([*rows, rows[3], {**rows[5], "question": f" {str(rows[5]['question']).upper()} "}])[
        "exact_duplicates"
    ]
    assert (found.count, found.total, found.rows) == (2, 22, (21, 22))


def test_one_prompt_with_two_answers_is_a_conflict(check: Check) -> None:
    rows = question_rows(10)
    found = check([*rows, {**rows[0], "answer": "Something else"}, rows[1]])["conflicting_answers"]
    assert (found.count, found.rows) == (2, (1, 11))
    assert found.detail == "prompts with more than one answer: 1"


def test_near_duplicates_are_found_once_however_many(check: Check) -> None:
    rng = random.Random(5)
    rows: list[Row] = [{"question": prose(rng, 60), "answer": prose(rng, 40)} for _ in range(200)]
    changed: list[Row] = []
    for row in rows[:50]:
        words = str(row["question"]).split()
        words[rng.randrange(len(words))] = "changed"
        changed += [{**row, "question": " ".join(words)}]
    found = check([*rows, *changed])["near_duplicates"]
    assert found.count >= 48
    assert min(found.rows) > 200


def test_identical_and_template_rows_cost_no_square_of_time() -> None:
    texts = ["Write a poem about the sea and the wind and the long way home"] * 5_000
    assert set(clusters(texts, ["x"] * len(texts))) == {0}


def test_short_rows_that_differ_in_a_number_are_not_alike() -> None:
    texts = [
        f"Anna has {n} apples in her old basket and gives away {n + 2} of them to her friends"
        for n in range(50)
    ]
    assert clusters(texts, ["same"] * 50) == list(range(50))


def test_label_spellings_are_joined_to_the_common_one(check: Check) -> None:
    rows = label_rows({"billing": 60, "Billing ": 2, "biling": 3, "returns": 50, "class 1": 40, "class 2": 5})
    found = check(rows)["label_variants"]
    assert found.rows == (61, 62, 63, 64, 65)
    assert found.detail == "“Billing” (2) for “billing” (60); “biling” (3) for “billing” (60)"


def test_fields_of_structured_answers_are_checked_one_by_one(check: Check) -> None:
    rows: list[Row] = [
        {
            **row,
            "answer": f"queue: {'retruns' if n == 7 else 'returns'}\npriority: {'High' if n < 3 else 'high'}",
        }
        for n, row in enumerate(question_rows(80))
    ]
    found = check(rows)["label_variants"]
    assert found.rows == (1, 2, 3, 8)
    assert "priority: “High” (3) for “high” (77)" in found.detail


def test_labels_that_differ_by_a_digit_or_are_both_common_are_different() -> None:
    assert variants({"level 1": 500, "level 2": 3, "ham": 400, "jam": 300, "en": 900, "es": 4}) == []


def test_fingerprints_and_distances_are_those_of_the_textbook() -> None:
    assert fingerprint("  Café, Crème ") == fingerprint("creme cafe") == "cafe creme"
    assert [distance(*pair, 3) for pair in (("kitten", "sitting"), ("same", "same"), ("ab", "ba"))] == [
        3,
        0,
        1,
    ]
    assert distance("abcdef", "uvwxyz", 2) == 3


@pytest.mark.parametrize(
    "text",
    [
        "Itâ€™s",
        "cafÃ©",
        "Â£5",
        "â\x9d¤",
        "DOS AÃ‘OS",
        "РґРѕСЂРѕРіРµ",
        "NicolÃ¡s",
        "RUF MICH ZURÃœCK",
        "BÃ¼yÃ¼",
    ],
)
def test_misread_utf_8_is_recognised(text: str) -> None:
    assert is_mojibake(f"He said: {text} today")


@pytest.mark.parametrize(
    "text",
    [
        "café",
        "VOCÊ…",
        "SÃO",
        "NESTLÉ®",
        "4288×…",
        "5×£35",
        "Ôôô",
        "“×” curves",
        "É¿",
        "日本語",
        "Зміїний",
        "à la",
        "CAFÉ»",
        "√π",
    ],
)
def test_rightly_written_text_is_not_mojibake(text: str) -> None:
    assert not is_mojibake(f"He said: {text} today")


def test_control_and_direction_characters_are_named(check: Check) -> None:
    rows = [
        *question_rows(5),
        {"question": "a\u202eb", "answer": "c"},
        {"question": "d", "answer": "\x1b[2J"},
    ]
    found = check(rows)["control_characters"]
    assert (found.count, found.detail) == (2, "U+202E in 1, U+001B in 1")
    assert not any("\x1b" in each or "\u202e" in each for each in found.examples)


PRIVATE = [
    ("Write to ada.lovelace@example.org now", "e-mail address"),
    ("Call +44 20 7946 0958 today", "phone number"),
    ("Call 415-555-0110 today", "phone number"),
    ("Card 4111 1111 1111 1111 please", "payment card"),
    ("Card 378282246310005 please", "payment card"),
    ("IBAN DE89 3704 0044 0532 0130 00 here", "bank account (IBAN)"),
    ("SSN 219-09-9999 given", "social security number"),
    ("From 203.0.113.7 it came", "IP address"),
    ("From 2001:db8:85a3:0:0:8a2e:370:7334 it came", "IP address"),
    ("IBAN gb82west12345698765432 here", "bank account (IBAN)"),
    ("Phone: 467 3395 today", "phone number"),
    ("Please call me on 9472 7916 today", "phone number"),
    ("Desk: +1-903-140-4508x769 today", "phone number"),
    ("Mobile 03.93.92.16.85 today", "phone number"),
]


@pytest.mark.parametrize(("text", "kind"), PRIVATE)
def test_private_data_are_found_and_masked(text: str, kind: str) -> None:
    assert [found for _, _, found in private_spans(text)] == [kind]
    first, last = text.split(maxsplit=1)[0], text.rsplit(maxsplit=1)[-1]
    assert masked(text).startswith(first)
    assert masked(text).endswith(last)
    assert not any(character.isdigit() for character in masked(text))


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "1234567890123",
        "version 1.2.3.400",
        "3-4-5 and 12/24/2020",
        "$1,234,567.89",
        "000-12-3456",
        "a@b",
        "467 3395 apples and 9472 7916 pears",
        "a call at 10:30:15 or 12:00",
        "contact 48 people, 24 + 48 = 72",
        "fax paper of 80 90 100 grams at",
    ],
)
def test_numbers_that_only_look_private_are_left_alone(text: str) -> None:
    assert private_spans(f"Given {text} here") == []


def test_check_digits_are_computed_as_the_standards_say() -> None:
    assert luhn("4242 4242 4242 4242") and not luhn("4242 4242 4242 4241")
    assert iban("GB82 WEST 1234 5698 7654 32") and not iban("GB83 WEST 1234 5698 7654 32")


@pytest.mark.parametrize(
    "secret",
    [
        "AKIA" + "Q" * 16,
        "ghp_" + "a1" * 18,
        "hf_" + "Ab" * 17,
        "sk-proj-" + "x9" * 15,
        "xoxb-" + "1" * 12,
        "AIza" + "b" * 35,
        "sk_live_" + "a1B2" * 6,
        "glpat-" + "x1" * 12,
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "q8Zr2Lk0VtY7mB4nXw6J",
    ],
)
def test_secrets_are_found_and_never_shown(check: Check, secret: str) -> None:
    assert len(secret_spans(f"api_key={secret};")) == 1
    found = check([*question_rows(3), {"question": "key?", "answer": f"Use api_key={secret} now."}])[
        "secrets"
    ]
    assert (found.count, found.rows) == (1, (4,))
    assert secret not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "password: correct-horse-battery-staple",
        "api_key = YOUR_API_KEY_GOES_RIGHT_HERE",
        "The secret: internationalisation_of_everything",
        "token = aaaaaaaaaaaaaaaaaaaaaaaa111",
        "sk-learn and AKIA alone",
    ],
)
def test_words_that_stand_for_keys_are_no_secrets(text: str) -> None:
    assert secret_spans(text) == []


def test_unfilled_slots_and_empty_words_are_placeholders(check: Check) -> None:
    rows = [
        *question_rows(3),
        {"question": "hi", "answer": "I am {{name}}."},
        {"question": "a", "answer": "Dear [INSERT NAME],"},
        {"question": "b", "answer": "<nooutput>"},
        {"question": "c", "answer": "Lorem ipsum dolor"},
    ]
    assert check(rows)["placeholders"].rows == (4, 5, 6, 7)


def test_refusals_are_counted_where_an_answer_begins(check: Check) -> None:
    rows = [
        *question_rows(3),
        {"question": "a", "answer": "As an AI language model, I have no taste."},
        {"question": "b", "answer": "I'm sorry, but I can't help with that."},
        {"question": "c", "answer": "He was sorry that he came. " * 20 + "I cannot assist."},
        {"question": "d", "answer": "I'm sorry, but I don't have the capability to book flights."},
        {"question": "e", "answer": "I'm sorry, but the website is unavailable."},
    ]
    assert check(rows)["refusals"].rows == (4, 5, 7)


def test_a_skew_of_roles_is_reported_with_its_numbers(check: Check) -> None:
    said = (
        [("engineer", "he")] * 90
        + [("engineer", "she")] * 10
        + [("nurse", "she")] * 90
        + [("nurse", "he")] * 10
    )
    rows: list[Row] = [
        {"question": f"{row['question']} The {role} said that {pronoun} knows it.", "answer": "Yes."}
        for row, (role, pronoun) in zip(question_rows(200), said, strict=True)
    ]
    found = check(rows)["group_associations"]
    assert "“nurse”" in found.detail
    assert found.count and found.rows


def test_balanced_roles_and_few_mentions_say_nothing(check: Check) -> None:
    said = [(role, pronoun) for role in ("engineer", "nurse") for pronoun in ("he", "she")] * 50
    balanced: list[Row] = [
        {"question": f"{row['question']} The {role} said {pronoun} knows.", "answer": "Yes."}
        for row, (role, pronoun) in zip(question_rows(200), said, strict=True)
    ]
    assert check(balanced)["group_associations"].count == 0
    few: list[Row] = [{"question": f"The nurse said she saw {n}.", "answer": "Yes."} for n in range(12)]
    assert check(few)["group_associations"].count == 0


def test_log_odds_are_those_of_a_worked_table() -> None:
    odds, z = log_odds(9, 19, 90, 80)
    assert odds == pytest.approx(-0.83622, abs=1e-4)
    assert z == pytest.approx(-1.97087, abs=1e-4)


def test_rows_of_the_test_file_are_found_in_the_data(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "rows.jsonl", question_rows(30))
    held = write_jsonl(
        tmp_path / "held.jsonl",
        [{**row, "question": str(row["question"]).lower()[:-1]} for row in question_rows(5)],
    )
    found = checked(data, held)["overlap_with_eval"]
    assert (found.count, found.rows) == (5, (1, 2, 3, 4, 5))
    assert found.detail == "5 of 5 test rows are also in the data"


def test_blank_rows_and_role_errors_keep_their_lines(check: Check) -> None:
    good = message_row(("user", "a"), ("assistant", "b"))
    found = check([good, message_row(("user", "a"), ("assistant", "")), message_row(("user", "a"))])
    assert found["empty_answers"].rows == (2,)
    assert (found["role_errors"].rows, found["role_errors"].detail) == ((3,), "no assistant turn: 1")


def test_no_text_that_is_shown_can_move_the_cursor(check: Check) -> None:
    bad = "\x1b]52;c;eA==\x07\x9b2J\u202e [@click=app.quit]"
    rows: list[Row] = [{"question": f"{bad} ada@example.org", "answer": f"{bad} {{{{name}}}}"}] * 3
    for result in check(rows).values():
        assert not any(
            character in repr(result.examples) + result.detail for character in "\x1b\x9b\u202e\x07"
        )


def test_labels_that_differ_in_their_spaces_are_joined_by_their_letters() -> None:
    assert variants({"sign up": 50, "signup": 9, "Sign-Up!": 2}) == [
        ("signup", "sign up"),
        ("Sign-Up!", "sign up"),
    ]
    assert letter_pairs("Sign up") == letter_pairs("sign-up") == letter_pairs("signup")
    assert variants({"level 12": 50, "level 1 2": 40, "abab": 30, "ab": 20}) == []
