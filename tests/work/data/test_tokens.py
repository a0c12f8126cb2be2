"""Rows become exactly the tokens that the trainer trains on, and their lengths are counted right."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from advisor.errors import BadModel
from advisor.work.data.examples import Example, Message
from advisor.work.data.lengths import (
    candidate_lengths,
    histogram,
    quantiles,
    token_facts,
    token_facts_of,
    truncation,
)
from advisor.work.data.limits import data_limits
from advisor.work.data.render import Template, training_row, with_prompt_of, with_shots
from advisor.work.data.scan.digest import Digest
from advisor.work.data.scan.pieces import piece_rule
from advisor.work.data.scan.state import RowStore
from advisor.work.data.scan.tokens import TokenCounter, TokenPlan, token_plan
from advisor.work.tokenizer import encode_examples, encode_rows, load_tokenizer, template_of
from heuristics.facts.data import Columns, FormatFacts
from heuristics.facts.model import ModelFacts, ModelShape
from heuristics.planning.sequence import choose_length
from tests.data_samples import question
from tests.heuristics.known_cases import LIMITS, data

FORMAT = FormatFacts("messages", "jsonl", Columns(messages="messages"), 1.0)
SHAPE = ModelShape(16, 1, 2, 2, 8, 32, 300, True, 20_000, 20_000, 128)
CHAT = (
    "{% for m in messages %}<s>{{ m['role'] }}\n{{ m['content'] | trim }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
)
REFUSES_SYSTEM = (
    "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system turn') }}{% endif %}"
    "{{ m['content'] }}{% endfor %}"
)


def spoken(*turns: tuple[str, str], line: int = 1) -> Example:
    return Example(line, tuple(Message(role, content) for role, content in turns))


EXAMPLES = (
    spoken(("user", "Who is there?"), ("assistant", "Nobody, as ever.")),
    spoken(("system", "Be kind."), ("user", "Ça va ? 日本"), ("assistant", "\n Oui\n")),
    spoken(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "The river and the lamp")),
    spoken(("user", "x" * 300), ("assistant", "label</s>")),
)
TEXTS = tuple(Example(n, (), text=f"The river and the lamp, part {n}.") for n in range(4))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small byte-level tokenizer that begins every text with a token of its own, as Llama's does."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(["Question: who is there?\nAnswer: the river and the lamp"] * 9, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))]
    )
    path = tmp_path_factory.mktemp("tokenizer")
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>").save_pretrained(
        path
    )
    return path


def facts_of(path: Path) -> ModelFacts:
    return ModelFacts("small", "local", "llama", SHAPE, path=str(path))


def with_template(folder: Path, template: str | None) -> Any:
    tokenizer = load_tokenizer(facts_of(folder))
    tokenizer.chat_template = template
    return tokenizer


@pytest.mark.parametrize(
    ("template", "examples"),
    [("chat", EXAMPLES), ("plain", EXAMPLES), ("none", TEXTS)],
    ids=["chat", "plain", "none"],
)
def test_tokens_are_those_of_the_trainer(
    folder: Path, tmp_path: Path, template: Template, examples: tuple[Example, ...]
) -> None:
    from datasets import Dataset
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl import SFTConfig, SFTTrainer

    tokenizer = with_template(folder, CHAT if template == "chat" else None)
    rows = [training_row(each, template) for each in examples]
    small = LlamaConfig(
        vocab_size=512, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2
    )
    settings = SFTConfig(
        output_dir=str(tmp_path),
        max_length=None,
        report_to=[],
        use_cpu=True,
        bf16=False,
        shuffle_dataset=False,
    )
    trainer = SFTTrainer(
        LlamaForCausalLM(small), settings, train_dataset=Dataset.from_list(rows), processing_class=tokenizer
    )
    for (prompt, answer), trained in zip(encode_rows(tokenizer, rows), trainer.train_dataset, strict=True):
        assert prompt + answer == trained["input_ids"]
        assert [-100] * len(prompt) + answer == trained["labels"]
        assert answer


def counted(plan: TokenPlan, examples: tuple[Example, ...]) -> list[tuple[int, int]]:
    return TokenCounter(plan).pairs(examples)


AWKWARD = (
    *EXAMPLES,
    spoken(("user", "ends in spaces   \n\n"), ("assistant", "\n  begins in them")),
    spoken(("user", "half a wor"), ("assistant", "d and 12")),
    spoken(("user", "has </s> inside <s>"), ("assistant", "</s>")),
    spoken(("user", "e\u0301 \u00e9 123456 don't"), ("assistant", "…!!??  ")),
)


@pytest.mark.parametrize("template", ["chat", "plain", "none"])
@pytest.mark.parametrize("model", ["small", "demo"])
def test_pieces_give_the_counts_of_the_tokenizer(folder: Path, template: Template, model: str) -> None:
    source = folder if model == "small" else Path(__file__).parents[3] / "presets" / "demo" / "model"
    tokenizer = with_template(source, CHAT if template == "chat" else None)
    examples = TEXTS if template == "none" else AWKWARD
    plan = token_plan(tokenizer, template, examples)
    assert plan is not None
    assert plan.rule is not None
    expected = [(len(one), len(two)) for one, two in encode_examples(tokenizer, examples, template)]
    assert counted(plan, examples) == expected
    assert counted(replace(plan, rule=None), examples) == expected


def test_a_tokenizer_that_does_not_split_first_has_no_rule() -> None:
    assert piece_rule('{"normalizer": {"type": "Prepend", "prepend": "_"}, "pre_tokenizer": null}') is None
    assert piece_rule('{"normalizer": null, "pre_tokenizer": {"type": "Metaspace"}}') is None


def test_a_sample_of_counts_is_scaled_by_characters(folder: Path) -> None:
    examples = tuple(
        spoken(("user", question(n) * (1 + n % 5)), ("assistant", f"Chapter {n}."), line=n)
        for n in range(4000)
    )
    tokenizer = with_template(folder, None)
    facts = []
    for every in (1, 10):
        plan = token_plan(tokenizer, "plain", examples[:50], every)
        assert plan is not None
        store = RowStore()
        for part in (Digest(FORMAT, (), TokenCounter(plan)).examples(examples),):
            for columns, words in zip(part.columns, part.words, strict=True):
                store.append(columns, words)
        facts.append(token_facts_of(store, facts_of(folder), "plain"))
    exact, sampled = facts
    assert exact is not None and sampled is not None
    assert (exact.exact, sampled.exact) == (True, False)
    assert sampled.tokens == pytest.approx(exact.tokens, rel=0.02)
    assert sum(rows for _, rows in sampled.histogram) == pytest.approx(4000, rel=0.05)


def test_plain_rows_end_with_one_end_token_and_begin_with_one_start_token(folder: Path) -> None:
    tokenizer = with_template(folder, None)
    for prompt, answer in encode_examples(tokenizer, EXAMPLES, "plain"):
        assert prompt.count(tokenizer.bos_token_id) == 1
        assert answer.count(tokenizer.eos_token_id) == 1
        assert answer[-1] == tokenizer.eos_token_id


def test_the_plain_layout_puts_the_answer_on_its_own_line() -> None:
    row = training_row(EXAMPLES[1], "plain")
    assert row == {"prompt": "Be kind.\nQuestion: Ça va ? 日本\nAnswer:\n", "completion": "\n Oui\n"}


def test_chat_rows_are_what_the_trainer_calls_conversational() -> None:
    assert training_row(EXAMPLES[0], "chat") == {
        "prompt": [{"role": "user", "content": "Who is there?"}],
        "completion": [{"role": "assistant", "content": "Nobody, as ever."}],
    }


def test_a_swapped_prompt_keeps_the_answer() -> None:
    swapped = with_prompt_of(EXAMPLES[0], EXAMPLES[2])
    assert swapped.answer == EXAMPLES[0].answer
    assert swapped.prompt == EXAMPLES[2].prompt
    assert with_prompt_of(TEXTS[0], TEXTS[1]) == TEXTS[0]


def test_shots_stand_between_the_system_turn_and_the_question() -> None:
    shown = with_shots(EXAMPLES[1], EXAMPLES[:1])
    assert [each.content for each in shown.messages] == [
        "Be kind.",
        "Who is there?",
        "Nobody, as ever.",
        "Ça va ? 日本",
        "\n Oui\n",
    ]
    assert shown.answer == EXAMPLES[1].answer
    assert with_shots(TEXTS[0], TEXTS[1:]) == TEXTS[0]


def test_the_template_follows_the_model_and_the_rows(folder: Path) -> None:
    model = facts_of(folder)
    assert template_of(model, with_template(folder, CHAT), EXAMPLES) == "chat"
    assert template_of(model, with_template(folder, None), EXAMPLES) == "plain"
    assert template_of(model, with_template(folder, CHAT), TEXTS) == "none"


def test_a_template_that_refuses_the_rows_is_told_in_one_line(folder: Path) -> None:
    with pytest.raises(BadModel) as caught:
        template_of(facts_of(folder), with_template(folder, REFUSES_SYSTEM), EXAMPLES)
    assert "no system turn" in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("content", [None, "{ not json", '{"version": "1.0"}'])
def test_a_missing_or_damaged_tokenizer_is_told_in_one_line(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content, encoding="utf-8")
    with pytest.raises(BadModel) as caught:
        load_tokenizer(facts_of(tmp_path))
    assert "\n" not in caught.value.message


def test_a_padding_token_is_always_there(folder: Path) -> None:
    assert load_tokenizer(facts_of(folder)).pad_token == "</s>"


def test_truncation_is_counted_on_answer_tokens() -> None:
    prompts, answers = np.array([10, 10, 50]), np.array([10, 30, 10])
    cut = truncation(prompts, answers, 32, 1.0)
    assert (cut.rows_cut, cut.rows_without_answer) == (2, 1)
    assert cut.answer_tokens_lost == pytest.approx((8 + 10) / 50)
    assert truncation(prompts, answers, 60, 1.0).answer_tokens_lost == 0


def test_quantiles_are_counts_that_occur() -> None:
    found = quantiles(np.arange(1, 101))
    assert (found.p5, found.p50, found.p95, found.p99, found.largest, found.mean) == (
        5,
        50,
        95,
        99,
        100,
        50.5,
    )


def test_the_histogram_holds_every_row_under_its_upper_edge() -> None:
    totals = np.array([1, 16, 17, 160, 5])
    bins = histogram(totals, 10, 1.0)
    assert sum(rows for _, rows in bins) == 5
    assert bins[0] == (16, 3)
    assert bins[-1] == (160, 1)


def test_what_the_length_cuts_off_that_the_plan_may_choose_is_counted_not_bounded(tmp_path: Path) -> None:
    answers = np.full(1000, 20)
    answers[:5] = 3000
    model = ModelFacts("small", "local", "llama", replace(SHAPE, context=4096), path=str(tmp_path))
    facts = token_facts(np.full(1000, 530), answers, model, "plain", 1.0, exact=True)
    chosen = choose_length(replace(data(), tokens=facts), replace(SHAPE, context=4096), LIMITS.sequence).value
    assert chosen == 576
    assert chosen in [each.sequence_length for each in facts.truncation]


def test_candidate_lengths_end_at_the_context_or_where_nothing_is_cut() -> None:
    limits = data_limits().lengths
    assert candidate_lengths(limits, 200, 4096) == (64, 128, 256)
    assert candidate_lengths(limits, 9000, 300) == (64, 128, 256, 300)
    assert candidate_lengths(limits, 10, None) == (64,)
