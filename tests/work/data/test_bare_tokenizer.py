"""A tokenizer from its files alone counts as the library does, or leaves the model to the library."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.work.bare_tokenizer import FAMILIES, BareTokenizer, bare_tokenizer
from advisor.work.data.examples import Example, Message
from advisor.work.data.render import Template
from advisor.work.data.scan.tokens import TokenPlan, token_plan
from advisor.work.tokenizer import AnyTokenizer, counting_tokenizer, encode_examples, load_tokenizer
from heuristics.facts.model import ModelFacts, ModelShape
from tests.advisor.tiny_model import make_tiny_model

DEMO = Path(__file__).parents[3] / "presets" / "demo" / "model"
SHAPE = ModelShape(16, 1, 2, 2, 8, 32, 300, True, 20_000, 20_000, 128)
SPOKEN = tuple(
    Example(line, tuple(Message(role, content) for role, content in turns))
    for line, turns in enumerate(
        (
            (("user", "Who is there?"), ("assistant", "Nobody, as ever.")),
            (("system", "Be kind."), ("user", "Ça va ? 日本 🙂"), ("assistant", "\n Oui\n")),
            (("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "The river  and the lamp")),
            (("user", "<|im_end|> x" * 30), ("assistant", "label</s> e\u0301 don't 123456")),
        ),
        start=1,
    )
)
TEXTS = tuple(Example(n, (), text=f"The river and the lamp, part {n}.") for n in range(4))
ODD: Mapping[str, Mapping[str, object]] = {
    "a class that builds its own": {"tokenizer_class": "LlamaTokenizer"},
    "a prefix": {"add_prefix_space": True},
    "code": {"auto_map": {"AutoTokenizer": ["x.T", None]}},
    "a token not in the file": {"unk_token": "<nowhere>"},
    "a token with properties": {"eos_token": {"content": "<|im_end|>", "lstrip": True}},
    "several templates": {"chat_template": [{"name": "default", "template": "x"}]},
    "no end of text": {"eos_token": None},
}


def facts_of(path: Path) -> ModelFacts:
    return ModelFacts("small", "local", "llama", SHAPE, path=str(path))


def copy_of(folder: Path, to: Path, **settings: object) -> Path:
    shutil.copytree(folder, to)
    if "chat_template" in settings:
        (to / "chat_template.jinja").unlink(missing_ok=True)
    file = to / "tokenizer_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **settings}))
    return to


def plan_of(tokenizer: AnyTokenizer, template: Template, examples: tuple[Example, ...]) -> TokenPlan:
    plan = token_plan(tokenizer, template, examples)
    assert plan is not None
    return replace(plan, special=dict(plan.special))


@pytest.mark.parametrize("model", ["demo", "tiny"])
def test_it_counts_as_the_library_does(tmp_path: Path, model: str) -> None:
    folder = DEMO if model == "demo" else make_tiny_model(tmp_path / "tiny")
    bare, library = counting_tokenizer(facts_of(folder)), load_tokenizer(facts_of(folder))
    assert isinstance(bare, BareTokenizer)
    cases: list[tuple[Template, tuple[Example, ...]]] = [("plain", SPOKEN), ("none", TEXTS)]
    if library.chat_template:
        cases.append(("chat", SPOKEN))
    for template, examples in cases:
        assert plan_of(bare, template, examples) == plan_of(library, template, examples)
        assert encode_examples(bare, examples, template) == encode_examples(library, examples, template)


@pytest.mark.parametrize("oddity", ODD)
def test_what_is_odd_is_left_to_the_library(tmp_path: Path, oddity: str) -> None:
    assert bare_tokenizer(copy_of(DEMO, tmp_path / "odd", **ODD[oddity])) is None


@pytest.mark.parametrize("broken", ["tokenizer.json", "tokenizer_config.json", "config.json"])
def test_damaged_files_are_left_to_the_library(tmp_path: Path, broken: str) -> None:
    folder = copy_of(DEMO, tmp_path / "damaged")
    (folder / broken).write_text("{")
    assert bare_tokenizer(folder) is None
    (folder / broken).unlink()
    assert bare_tokenizer(folder) is None


def test_the_library_trusts_the_class_that_the_files_name_for_these_families() -> None:
    from transformers.models.auto import tokenization_auto as auto

    for family in FAMILIES:
        assert family in auto.CONFIG_MAPPING_NAMES, family
        assert auto.TOKENIZER_MAPPING_NAMES.get(family) != "MistralCommonBackend"
    assert not FAMILIES & auto.MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS
