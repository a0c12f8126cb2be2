"""Rows, models and services at the edge of what can be used: a clear word, and the pilot goes on or ends."""

import json
import shutil
import socket
from pathlib import Path

import pytest
from transformers import BertConfig, BertForMaskedLM

from advisor.errors import BadModel
from advisor.events import Note
from advisor.specs import JobSpec
from heuristics.goal import Goal
from tests.work.pilot.pilot_worlds import (
    THINGS,
    learnable_rows,
    make_tokenizer,
    questions,
    run_pilot,
    spec_for,
    write_rows,
)

pytestmark = pytest.mark.slow

SHORT = 0.02
"""Minutes: the smallest pilot."""


def notes(events: list[object]) -> str:
    return "\n".join(each.text for each in events if isinstance(each, Note))


def asking(spec: JobSpec, **task: object) -> JobSpec:
    return spec.model_copy(update={"task": spec.task.model_copy(update=task)})


def test_answers_of_one_token_are_tuned_and_tested(tiny_model: Path, tmp_path: Path) -> None:
    letters = dict(zip(THINGS, "abcd", strict=True))
    rows = [{"question": question, "answer": letters[thing]} for question, thing in questions(0)[:80]]
    data = write_rows(tmp_path / "rows.jsonl", rows)
    spec = spec_for(tmp_path / "run", data, tiny_model, epochs=1, samples=32)
    facts, _ = run_pilot(asking(spec, goal=Goal(metric="token_f1", pilot_minutes=5.0)))
    tuned = facts.score("tuned", "test")
    assert tuned and tuned.answer_tokens == 2 * tuned.items
    assert facts.gain("loss") and facts.gain("token_f1")


def test_answers_longer_than_the_context_are_cut_and_never_counted_as_wrong(
    tiny_model: Path, tmp_path: Path
) -> None:
    rows = [{**each, "answer": f"{each['answer']} " * 120} for each in learnable_rows()[:80]]
    data = write_rows(tmp_path / "rows.jsonl", rows)
    facts, _ = run_pilot(spec_for(tmp_path / "run", data, tiny_model, minutes=SHORT))
    assert facts.proof and facts.proof.longest_tokens == 128
    assert facts.gain("loss") and facts.gain("exact_match") is None


def test_a_tokenizer_without_a_padding_token_pads_with_its_end(tiny_model: Path, tmp_path: Path) -> None:
    model = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    path = model / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    del config["pad_token"]
    path.write_text(json.dumps(config), encoding="utf-8")
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:60])
    facts, _ = run_pilot(spec_for(tmp_path / "run", data, model, minutes=SHORT))
    assert facts.gain("loss")


def test_a_template_that_refuses_system_turns_is_one_line_with_what_to_do(
    tiny_model: Path, tmp_path: Path
) -> None:
    model = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    template = (model / "chat_template.jinja").read_text(encoding="utf-8")
    refusal = "{{ raise_exception('System role not supported') }}"
    refusing = f"{{%- if messages[0]['role'] == 'system' %}}{refusal}{{% endif %}}{template}"
    (model / "chat_template.jinja").write_text(refusing, encoding="utf-8")
    rows = [
        {
            "messages": [
                {"role": "system", "content": "Sort the mail."},
                {"role": "user", "content": each["question"]},
                {"role": "assistant", "content": each["answer"]},
            ]
        }
        for each in learnable_rows()[:60]
    ]
    data = tmp_path / "rows.jsonl"
    data.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    with pytest.raises(BadModel, match="System role not supported") as caught:
        run_pilot(spec_for(tmp_path / "run", data, model, minutes=SHORT))
    assert "first user turn" in caught.value.do


def test_a_model_that_fills_gaps_is_refused(tmp_path: Path) -> None:
    tokenizer = make_tokenizer()
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
    )
    BertForMaskedLM(config).save_pretrained(tmp_path / "bert")
    tokenizer.save_pretrained(tmp_path / "bert")
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:60])
    with pytest.raises(BadModel, match="not a text-generating model"):
        run_pilot(spec_for(tmp_path / "run", data, tmp_path / "bert", minutes=SHORT))


def test_services_that_do_not_answer_hold_nothing_up(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights & Biases without a login, and a webhook that hangs, in one pilot that raises alarms."""
    pytest.importorskip("wandb")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:60])
    recipe = {"learning_rate": 1e30, "warmup_share": 0.0, "max_grad_norm": 1e9}
    spec = spec_for(tmp_path / "run", data, tiny_model, minutes=SHORT, **recipe)
    with socket.create_server(("127.0.0.1", 0)) as server:
        hook = f"http://127.0.0.1:{server.getsockname()[1]}/secret"
        made = asking(replace_offline(spec), alert=hook, wandb_project="a-study")
        facts, events = run_pilot(made)
    said = notes(events)
    assert facts.alarms and "no login was found" in said
    assert "do not reach the webhook at 127.0.0.1" in said and "secret" not in said
    written = list((tmp_path / "run" / "wandb").glob("offline-run-*/*.wandb"))
    assert len(written) == len(facts.runs) and all(each.stat().st_size for each in written)


def replace_offline(spec: JobSpec) -> JobSpec:
    """The Hub may be asked, as in a pilot of a user who is online."""
    return spec.model_copy(update={"offline": False})
