"""Formats are recognised by their columns and by what stands in them, and become one form."""

from pathlib import Path

import pytest

from advisor.work.data.convert import convert
from advisor.work.data.formats import recognise
from heuristics.facts.data import Columns
from tests.data_samples import Row, label_rows, load_file, load_rows, message_row, question_rows, write_csv

TURNS = [{"from": "human", "value": "Who?"}, {"from": "gpt", "value": "Me."}]
CASES: list[tuple[str, Row, str]] = [
    ("messages", message_row(("system", "Be kind."), ("user", "Who?"), ("assistant", "Me.")), "Me."),
    (
        "messages",
        {"dialogue": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Me."}]},
        "Me.",
    ),
    ("sharegpt", {"conversations": TURNS}, "Me."),
    ("sharegpt", {"id": "x", "conversations": TURNS, "system": "Be kind."}, "Me."),
    ("alpaca", {"instruction": "Add", "input": "1 and 2", "output": "3"}, "3"),
    ("alpaca", {"instruction": "Add", "response": "3"}, "3"),
    ("prompt_completion", {"prompt": "1 + 2", "completion": "3"}, "3"),
    (
        "prompt_completion",
        {"prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]},
        "b",
    ),
    ("prompt_completion", {"input": "a", "output": "b"}, "b"),
    ("question_answer", {"question": "1 + 2?", "answer": "3"}, "3"),
    ("text", {"text": "Once upon a time."}, "Once upon a time."),
]


@pytest.mark.parametrize(("name", "row", "answer"), CASES)
def test_a_format_is_recognised_and_its_answer_found(
    tmp_path: Path, name: str, row: Row, answer: str
) -> None:
    loaded = load_rows(tmp_path, [row] * 4)
    assert loaded.format.name == name
    assert loaded.format.confidence == 1.0
    assert [each.answer for each in loaded.examples] == [answer] * 4


def test_instruction_and_input_make_one_prompt(tmp_path: Path) -> None:
    example = load_rows(
        tmp_path, [{"instruction": "Add", "input": "1 and 2", "output": "3", "system": "S"}]
    ).examples[0]
    assert [(each.role, each.content) for each in example.prompt] == [
        ("system", "S"),
        ("user", "Add\n1 and 2"),
    ]


def test_roles_of_tools_and_other_spellings_are_understood(tmp_path: Path) -> None:
    turns = [("human", "a"), ("function_call", "f()"), ("observation", "7"), ("gpt", "It is 7.")]
    row: Row = {"conversations": [{"from": role, "value": value} for role, value in turns]}
    loaded = load_rows(tmp_path, [row])
    assert [each.role for each in loaded.examples[0].messages] == ["user", "assistant", "tool", "assistant"]
    assert loaded.role_errors == ()


def test_tool_calls_without_text_are_the_content_of_their_turn(tmp_path: Path) -> None:
    call = {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f"}}]}
    loaded = load_rows(tmp_path, [{"messages": [{"role": "user", "content": "a"}, call]}])
    assert loaded.examples[0].answer == '[{"function":{"name":"f"}}]'


def test_parts_of_list_content_are_joined(tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "one"}, {"type": "text", "value": "two"}]
    row: Row = {"messages": [{"role": "user", "content": parts}, {"role": "assistant", "content": parts[:1]}]}
    example = load_rows(tmp_path, [row]).examples[0]
    assert (example.prompt[0].content, example.answer) == ("one\ntwo", "one")


def test_text_and_label_are_told_from_text_and_answer_by_repetition(tmp_path: Path) -> None:
    labelled = load_rows(tmp_path, label_rows({"spam": 20, "ham": 30}))
    assert labelled.format.name == "text_label"
    assert labelled.examples[0].label == labelled.examples[0].answer == "spam"
    free = [{"text": row["question"], "target": row["answer"]} for row in question_rows(50)]
    assert load_rows(tmp_path, free).format.name == "text"


def test_numbers_as_labels_become_text(tmp_path: Path) -> None:
    rows = [{**row, "label": number % 2} for number, row in enumerate(label_rows({"x": 40}))]
    assert {each.label for each in load_rows(tmp_path, rows).examples} == {"0", "1"}


def test_the_runner_up_and_the_share_of_fitting_rows_are_told(tmp_path: Path) -> None:
    rows: list[Row] = [{"instruction": "a", "output": "b", "prompt": "c"}] * 8 + [{"other": 1}] * 2
    format_ = load_rows(tmp_path, rows).format
    assert (format_.name, format_.runner_up, format_.confidence) == ("alpaca", "prompt_completion", 0.8)
    assert format_.explanation == "prompt in instruction, answer in output"


def test_the_user_can_map_columns(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "data.csv", ("height", "width"), [("tall", "wide")] * 4)
    loaded = load_file(path, Columns(prompt="height", answer="width"))
    assert loaded.format.mapped_by_user
    assert loaded.examples[0].answer == "wide"
    labelled = load_file(path, Columns(text="width", label="height"))
    assert (labelled.format.name, labelled.examples[0].label) == ("text_label", "tall")


def test_blank_answers_and_prompts_are_counted_apart(tmp_path: Path) -> None:
    rows: list[Row] = [*question_rows(3), {"question": "a", "answer": " \n"}, {"question": "", "answer": "b"}]
    loaded = load_rows(tmp_path, [*rows, {"question": "c", "answer": None}])
    assert (len(loaded.examples), loaded.empty) == (3, (4, 5, 6))


@pytest.mark.parametrize(
    ("turns", "fault", "usable"),
    [
        ((("user", "a"),), "no assistant turn", False),
        ((("assistant", "a"),), "no user turn", False),
        ((("system", "s"), ("assistant", "a")), "no user turn", True),
        ((("assistant", "a"), ("user", "b"), ("assistant", "c")), "the assistant speaks first", True),
        ((("user", "a"), ("user", "b"), ("assistant", "c")), "two user turns in a row", True),
        ((("user", "a"), ("assistant", "b"), ("assistant", "c")), "two assistant turns in a row", True),
        ((("user", "a"), ("assistant", "b"), ("user", "c")), "ends on a user turn", True),
        ((("user", "a"), ("system", "s"), ("assistant", "b")), "a system turn that is not the first", True),
        ((("narrator", "a"), ("assistant", "b")), "unknown role 'narrator'", False),
        ((("tool", "7"), ("user", "a"), ("assistant", "b")), "a tool reply without a call", True),
    ],
)
def test_each_kind_of_role_error_has_its_name(
    tmp_path: Path, turns: tuple[tuple[str, str], ...], fault: str, usable: bool
) -> None:
    good = message_row(("user", "a"), ("assistant", "b"))
    loaded = load_rows(tmp_path, [good, message_row(*turns), good])
    assert fault in [each.reason for each in loaded.role_errors if each.line == 2]
    assert [each.line for each in loaded.examples] == ([1, 2, 3] if usable else [1, 3])


def test_what_follows_the_last_answer_is_left_out(tmp_path: Path) -> None:
    row = message_row(("user", "a"), ("assistant", "b"), ("user", "c"))
    assert [each.content for each in load_rows(tmp_path, [row]).examples[0].messages] == ["a", "b"]


TURN = {"role": "user", "content": "a"}


@pytest.mark.parametrize(
    ("row", "name", "said"),
    [
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, "preference", "DPO"),
        ({"chosen": [TURN], "rejected": [TURN]}, "preference", "DPO"),
        ({"prompt": "a", "completion": "b", "label": True}, "unpaired_preference", "KTO"),
        ({"messages": [TURN], "kto_tag": False}, "unpaired_preference", "KTO"),
        ({"prompt": "a", "completions": ["b", "c"], "labels": [True, False]}, "stepwise", "process reward"),
        (
            {"id": 1, "instruction": "a", "instances": [{"input": "", "output": "b"}]},
            "tree",
            "a row of its own",
        ),
        ({"prompt": {"text": "a", "replies": [{"text": "b"}]}}, "tree", "a row of its own"),
        ({"segments": [{"label": True, "text": "a"}]}, "segments", "segments"),
        ({"input_ids": [1, 2], "labels": [1, 2]}, "tokens", "token numbers"),
        ({"prompt": "a"}, "prompt_only", "without answers"),
        ({"messages": [TURN], "images": ["a.png"]}, "multimodal", "images"),
    ],
)
def test_rows_for_other_trainers_are_recognised_and_explained(
    row: dict[str, object], name: str, said: str
) -> None:
    found = recognise([row] * 5, "jsonl", None)
    assert found.name == name
    assert said in found.explanation


def test_text_that_is_already_in_a_template_says_so() -> None:
    found = recognise([{"text": "<|im_start|>user\na<|im_end|>"}] * 5, "jsonl", None)
    assert found.name == "text"
    assert "ChatML" in found.explanation


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, Columns(prompt="prompt", answer="chosen")),
        (
            {"talk": [{"from": "human", "value": "a"}], "chosen": {"from": "gpt", "value": "b"}},
            Columns(messages="talk", answer="chosen"),
        ),
        (
            {"prompt": [{"role": "user", "content": "a"}], "chosen": [{"role": "assistant", "content": "b"}]},
            Columns(prompt="prompt", answer="chosen"),
        ),
        (
            {"chosen": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
            Columns(messages="chosen"),
        ),
    ],
)
def test_the_preferred_answer_of_pairs_is_trained_on_when_the_user_says_so(
    row: dict[str, object], columns: Columns
) -> None:
    format_ = recognise([row] * 5, "jsonl", columns)
    example = convert(row, 1, format_).example
    assert example is not None
    assert [(each.role, each.content) for each in example.messages] == [("user", "a"), ("assistant", "b")]
