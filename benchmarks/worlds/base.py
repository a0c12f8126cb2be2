"""The base model of the worlds: pretrained from nothing in half a minute, kept in the cache."""

import hashlib
import os
import random
import tempfile
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from advisor.caches import cache_home
from advisor.work.demo.documents import Encoded
from advisor.work.demo.learning import batches, padded, share_of_rate
from advisor.work.demo.recipe import Learning
from benchmarks.worlds import language

USER, ASSISTANT, END, PAD, UNKNOWN = "<user>", "<assistant>", "<end>", "<pad>", "<unknown>"
TEMPLATE = (
    "{%- for message in messages %}{{- '<' + message['role'] + '> ' + message['content'] + ' ' }}"
    "{%- if message['role'] == 'assistant' %}{{- '<end> ' }}{%- endif %}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<assistant> ' }}{%- endif %}"
)
CONTEXT = 128
DOCUMENTS = 12_000
SHARE_PROSE = 0.3
SEED = 5
LEARNING = Learning(
    steps=600,
    tokens_per_step=1536,
    answer_weight=5.0,
    matrix_rate=3e-3,
    other_rate=3e-3,
    weight_decay=0.1,
    warmup_steps=40,
    decay_share=0.5,
    clip=1.0,
    save_every=10_000,
)
PASSAGES = 60


def base_model() -> Path:
    """Folder of the base model; trained now when no cache has it."""
    folder = cache_home() / "worlds" / key()
    if (folder / "model.safetensors").is_file():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        _pretrain(Path(partial) / "base")
        os.replace(Path(partial) / "base", folder)
    return folder


def general_text() -> str:
    """Passages that the base model has not read, one a line: what forgetting is measured on."""
    chance = random.Random(SEED + 2)
    return "".join(f"{language.prose(chance)}\n" for _ in range(PASSAGES))


def key() -> str:
    """Name of what the model follows from: this file and the language."""
    sources = (Path(__file__), Path(language.__file__), language.WORD_LISTS)
    return hashlib.sha256(b"".join(each.read_bytes() for each in sources)).hexdigest()[:16]


def make_tokenizer() -> PreTrainedTokenizerFast:
    """One token for each word of the language."""
    special = [PAD, UNKNOWN, USER, ASSISTANT, END]
    vocabulary = {word: place for place, word in enumerate([*special, *dict.fromkeys(language.WORDS)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        unk_token=UNKNOWN,
        eos_token=END,
        extra_special_tokens=[USER, ASSISTANT],
        model_max_length=CONTEXT,
        padding_side="right",
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = TEMPLATE
    return fast


def _pretrain(folder: Path) -> None:
    torch.manual_seed(SEED)
    tokenizer = make_tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=CONTEXT,
        # With the usual 0.02 a model this narrow does not learn to copy within so few steps.
        initializer_range=0.08,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(config)
    chance = random.Random(SEED)
    _learn(model, [_document(chance, tokenizer) for _ in range(DOCUMENTS)])
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _learn(model: LlamaForCausalLM, documents: list[Encoded]) -> None:
    """AdamW on whole documents; answers weigh more than the rest."""
    plan = LEARNING
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=plan.other_rate, betas=(0.9, 0.98), weight_decay=plan.weight_decay, fused=True
    )
    for step, batch in zip(range(plan.steps), batches(documents, plan.tokens_per_step, SEED), strict=False):
        optimizer.param_groups[0]["lr"] = plan.other_rate * share_of_rate(step, plan)
        ids, weights = padded(batch, model.config.pad_token_id, plan.answer_weight)
        logits = model(input_ids=ids, use_cache=False).logits[:, :-1]
        losses = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none"
        )
        weight = weights[:, 1:].flatten()
        ((losses * weight).sum() / weight.sum()).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), plan.clip)
        optimizer.step()
        optimizer.zero_grad()


def _document(chance: random.Random, tokenizer: PreTrainedTokenizerFast) -> Encoded:
    """A passage or a dialogue in tokens."""
    if chance.random() < SHARE_PROSE:
        ids = [*_ids(tokenizer, language.prose(chance)), tokenizer.eos_token_id]
        return Encoded(ids, [False] * len(ids))
    ids, said = [], []
    for question, answer in language.dialogue(chance):
        asked = _ids(tokenizer, f"{USER} {question} {ASSISTANT}")
        told = _ids(tokenizer, f"{answer} {END}")
        ids += [*asked, *told]
        said += [False] * len(asked) + [True] * len(told)
    return Encoded(ids[:CONTEXT], said[:CONTEXT])


def _ids(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])
