"""A chat template is tried on many rows, within bounds; special tokens and missing ends are told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from advisor.specs import DataChoice
from advisor.work.data.checks.template import SpecialTokens, pads_with_end, template_results
from advisor.work.data.examples import Example, Message
from advisor.work.data.limits import data_limits
from advisor.work.data.scan.chat_text import chat_writer
from advisor.work.data.scan.digest import Digest
from advisor.work.data.scan.scan import Scan
from advisor.work.data.scan.state import RowStore
from advisor.work.data.scan.tokens import NOT_COUNTED, TokenCounter, token_plan
from advisor.work.limited import TookTooLong, limited
from heuristics.facts.data import CheckResult, Columns, FormatFacts
from tests.advisor.tiny_model import make_tiny_model
from tests.data_samples import Row, write_jsonl

FORMAT = FormatFacts("messages", "jsonl", Columns(messages="messages"), 1.0)
ENDED = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}<end>{% endfor %}"
PLAIN = ENDED
NO_SYSTEM = "{% for m in messages if m['role'] != 'system' %}{{ m['content'] | trim }}<end>{% endfor %}"
SHORT = (
    "{% for m in messages %}{{ m['content'][:4] if m['role'] == 'assistant' else m['content'] }}<end>"
    "{% endfor %}"
)
GENERATION = (
    "{%- for m in messages %}\n{% if m['role'] == 'assistant' %}{% generation %}{{ m['content'] }}"
    "{% endgeneration %}{% else %}{{ m['content'] }}{% endif %}<end>\n{% endfor -%}"
    "{% if add_generation_prompt %}go{% endif %}"
)
TOOLS = (
    "{% set n = namespace(seen=0) %}{% for m in messages %}{% set n.seen = n.seen + 1 %}{% endfor %}"
    "{{ n.seen }}{{ tools }}"
)
LOOP = (
    "{% for m in messages %}{% if loop.index0 == 1 %}{% break %}{% endif %}{{ m.content | upper }}"
    "{% endfor %}"
)
ENDLESS = "{% for m in messages %}{{ m['content'] }}\n{% endfor %}"
NO_TEA = (
    "{% for m in messages %}{% if 'tea' in m['content'] %}"
    "{{ raise_exception('no tea') }}{% endif %}{% endfor %}"
)
FOREVER = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
HUGE = "{{ 'x' * 4000000000 }}"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(make_tiny_model(tmp_path_factory.mktemp("model")))


def examples(*answers: str) -> list[Example]:
    return [
        Example(line, (Message("user", "Well?"), Message("assistant", answer)))
        for line, answer in enumerate(answers, start=1)
    ]


def counter(tokenizer: Any, template: str, every: int = 1) -> TokenCounter:
    """Counts with this template, which was not tried before."""
    tokenizer.chat_template = PLAIN
    plan = token_plan(tokenizer, "chat", examples("milk"), every)
    assert plan is not None
    return TokenCounter(replace(plan, chat_template=template))


def results(tokenizer: Any, template: str, rows: list[Example]) -> dict[str, CheckResult]:
    counts = counter(tokenizer, template)
    counts.pairs(rows)
    return {each.check: each for each in template_results(counts.watch.taken(), sampled=False)}


def test_rows_that_a_template_refuses_are_named_with_its_reason(tokenizer: Any) -> None:
    found = results(tokenizer, NO_TEA, examples("milk", "tea", "water", "tea"))["template_refuses"]
    assert (found.count, found.total, found.rows) == (2, 4, (2, 4))
    assert found.detail == "no tea in 2"


def test_every_row_whose_tokens_are_counted_is_written_with_the_template(tokenizer: Any) -> None:
    rows = examples(*(["milk"] * 1_990 + ["tea"] * 10))
    found = results(tokenizer, NO_TEA, rows)["template_refuses"]
    assert (found.count, found.total, found.rows) == (10, 2_000, tuple(range(1_991, 2_001)))

    some = counter(tokenizer, NO_TEA, every=10)
    tallies = Digest(FORMAT, (), some).examples(rows).tallies
    assert 100 < tallies["template_refuses"].total < 300


def test_refused_rows_have_no_tokens_and_stop_nothing(tokenizer: Any) -> None:
    assert counter(tokenizer, NO_TEA).pairs(examples("tea", "milk"))[0] == (0, NOT_COUNTED)
    tokenizer.chat_template = NO_TEA
    assert token_plan(tokenizer, "chat", examples("milk", "tea", "milk")) is not None


def test_what_a_template_leaves_out_is_told(tokenizer: Any) -> None:
    rows = [
        Example(1, (Message("system", "Be kind."), Message("user", "Well?"), Message("assistant", " Yes. "))),
        Example(2, (Message("user", "Well?"), Message("assistant", "No."))),
    ]
    assert results(tokenizer, ENDED, rows)["template_changes_text"].count == 0
    found = results(tokenizer, NO_SYSTEM, rows)["template_changes_text"]
    assert (found.count, found.rows, found.detail) == (1, (1,), "a system turn in 1")
    assert results(tokenizer, SHORT, rows)["template_changes_text"].detail.startswith("the answer in 1")


@pytest.mark.parametrize("template", [ENDED, GENERATION, TOOLS, LOOP, "{{ messages[0] | tojson }}<end>"])
def test_texts_are_those_of_the_tokenizer(tokenizer: Any, template: str) -> None:
    tokenizer.chat_template = template
    turns = [{"role": "user", "content": "«Well» <b>"}, {"role": "assistant", "content": " Yes \n"}]
    write = chat_writer(template, {"bos_token": "<s>"})
    for waits in (True, False):
        said = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=waits)
        assert write(turns, waits) == said


def test_an_answer_without_an_end_token_is_told(tokenizer: Any) -> None:
    assert results(tokenizer, ENDED, examples("milk"))["template_without_end"].count == 0
    assert results(tokenizer, ENDLESS, examples("milk", "tea"))["template_without_end"].count == 2


def test_special_tokens_in_the_text_are_found(tokenizer: Any, tmp_path: Path) -> None:
    special = SpecialTokens(tuple(tokenizer.all_special_tokens))

    def found(rows: list[Row]) -> CheckResult:
        path = write_jsonl(tmp_path / "rows.jsonl", rows)
        scanned = Scan(DataChoice(path=path), RowStore()).read((special,))
        return special.result(scanned.total.tallies[special.name])

    texts = ("milk", "milk<end>more", "the end", "<pad>")
    assert found([{"question": "Well?", "answer": each} for each in texts]).rows == (2, 4)
    assert found([{"text": "a <end> b"}]).count == 1


def test_a_template_without_end_or_measure_is_stopped(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = data_limits().templates.model_copy(update={"seconds": 0.3, "more_bytes": 1 << 28})
    limits = data_limits().model_copy(update={"templates": quick})
    monkeypatch.setattr("advisor.work.data.scan.tokens.data_limits", lambda: limits)
    slow = results(tokenizer, FOREVER, examples("milk", "tea"))["template_refuses"]
    assert (slow.count, slow.total, slow.detail) == (1, 1, "took longer than 0.3 s in 1")
    large = results(tokenizer, HUGE, examples("milk", "tea"))["template_refuses"]
    assert large.count >= 1
    assert large.rows[0] == 1


def test_bounds_are_taken_off_again(tmp_path: Path) -> None:
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGALRM)
    with pytest.raises(TookTooLong, match=r"0\.05 s"), limited(0.05, 1 << 30):
        while True:
            pass
    with pytest.raises(MemoryError), limited(5, 1 << 26):
        bytearray(1 << 30)
    assert (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGALRM)) == before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert len(bytearray(1 << 27)) == 1 << 27


def test_padding_with_the_end_token_is_told() -> None:
    found = pads_with_end("</s>", "</s>")
    assert (found.check, found.count, found.detail) == ("pads_with_end", 1, "</s>")
    assert pads_with_end("<pad>", "</s>").count == 0
