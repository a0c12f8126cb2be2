"""The command line understands what it documents and answers the rest in one line."""

import shlex
from pathlib import Path

import pytest

from advisor.cli.asked import Asked
from advisor.cli.main import main
from advisor.cli.options import parse
from advisor.errors import BadInput
from heuristics.goal import Topic

EVERY_OPTION = """
run rows.csv --case c --model m --eval t.csv --column prompt=question --column answer=reply --json --offline
--to out --samples 300 --lr 2e-4 --epochs 1.5 --seq 256 --method lora --rank 8 --seed 3 --no-checkpointing
--goal classify --metric exact_match --smallest-gain 0.02 --minutes 5 --no-keep-general
--topic "bank cards" --typical 3 --typical 17
"""


def test_every_option_of_a_run_arrives_in_its_place() -> None:
    asked = parse(shlex.split(EVERY_OPTION))
    assert (asked.command, asked.file, asked.case) == ("run", Path("rows.csv"), Path("c"))
    assert (asked.model, asked.eval_file, asked.to) == ("m", Path("t.csv"), Path("out"))
    assert (asked.knobs.samples, asked.knobs.learning_rate, asked.knobs.epochs) == (300, 2e-4, 1.5)
    assert (asked.knobs.sequence_length, asked.knobs.method, asked.knobs.rank) == (256, "lora", 8)
    assert (asked.knobs.seed, asked.knobs.checkpointing, asked.knobs.micro_batch) == (3, False, None)
    assert (asked.goal.task, asked.goal.metric, asked.goal.smallest_gain) == ("classify", "exact_match", 0.02)
    assert (asked.goal.pilot_minutes, asked.goal.keep_general, asked.goal.data_may_leave) == (
        5.0,
        False,
        None,
    )
    assert asked.columns is not None
    assert (asked.columns.prompt, asked.columns.answer, asked.columns.text) == ("question", "reply", None)
    assert asked.topic == Topic("bank cards", (3, 17))
    assert asked.as_json
    assert asked.offline


def test_what_is_not_said_is_left_open() -> None:
    assert parse(["verdict"]) == Asked(command="verdict")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "run rows.csv --samples 0",
        "profile rows.csv --typical 0",
        "run rows.csv --samples many",
        "run rows.csv --lr 0",
        "run rows.csv --lr nan",
        "run rows.csv --lr -1",
        "run rows.csv --epochs inf",
        "run rows.csv --method magic",
        "run rows.csv --goal fame",
        "run rows.csv --column nonsense=x",
        "run rows.csv --column prompt",
        "run rows.csv --unknown",
        "run a b",
        "replay",
    ],
)
def test_a_wrong_command_line_is_answered_in_one_line(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("advisor: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_a_hostile_argument_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "rows.csv", "--column", "\x1b[2J\u202e\n\nevil"]) == 2
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert "\u202e" not in err
    assert err.count("\n") == 1


def test_help_is_not_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert main(["run", "--help"]) == 0
    assert "Exit codes" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("finetune-advisor ")


def test_a_column_without_a_name_says_what_would_be_right() -> None:
    with pytest.raises(BadInput) as caught:
        parse(["profile", "x", "--column", "question=prompt"])
    assert "prompt" in caught.value.do
