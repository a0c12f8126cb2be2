"""Small real models of different families, two steps each: the profiler's peak against the prediction."""

from dataclasses import replace
from pathlib import Path

import torch
from torch.profiler import ProfilerActivity, profile
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from advisor.work.simulate.simulate import simulated
from benchmarks.memory_scores import Row, Shape, error, say, scores
from heuristics.facts.simulation import TrainingStep

FAMILIES = ("llama", "qwen3", "gemma3_text", "gpt2", "gpt_neox", "olmo2", "phi", "lfm2")
SIZES: Shape = {
    "hidden_size": 256,
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "intermediate_size": 768,
    "vocab_size": 8192,
    "max_position_embeddings": 1024,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
STEP = TrainingStep(
    method="lora",
    micro_batch=2,
    length=256,
    rank=8,
    weights="fp32",
    autocast=None,
    loss="stock",
    attention="efficient",
    on_cpu=True,
)


def run(_peer: Path | None) -> Row:
    """LoRA and full, for every family."""
    table = []
    for family in FAMILIES:
        config = {"model_type": family, **SIZES}
        for step in (STEP, replace(STEP, method="full")):
            predicted = simulated(config, step).allocated
            measured = _measured(config, step)
            line: Row = {"family": family, "method": step.method, "recomputed": step.checkpointing}
            table.append({**line, "measured_bytes": measured, "error": round(error(predicted, measured), 3)})
            say(str(table[-1]))
    return {
        "rows": table,
        "scores": {"allocated_error": scores([float(str(each["error"])) for each in table])},
    }


def _measured(config: Shape, step: TrainingStep) -> int:
    """Bytes of tensors at the highest moment of two real steps, by the profiler."""
    torch.manual_seed(0)
    model = _model(config, step)
    trained = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(trained, foreach=False)
    ids = torch.ones(step.micro_batch, step.length, dtype=torch.long)
    before = {
        each.data_ptr(): each.numel() * each.element_size()
        for each in (*model.parameters(), *model.buffers())
    }
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        for _ in range(2):
            optimizer.zero_grad(set_to_none=True)
            out = model(input_ids=ids, labels=ids)
            out.loss.backward()
            optimizer.step()
            del out
    events = profiler.profiler.kineto_results.events()
    changes: list[tuple[int, int]] = sorted(
        (each.start_ns(), each.nbytes()) for each in events if each.name() == "[memory]"
    )
    now = top = 0
    for _, size in changes:
        now += size
        top = max(top, now)
    return int(sum(before.values())) + top


def _model(config: Shape, step: TrainingStep) -> PreTrainedModel:
    known = AutoConfig.for_model(**config)
    model = AutoModelForCausalLM.from_config(known, dtype=torch.float32, attn_implementation="sdpa")
    model.config.use_cache = False
    if step.method == "lora":
        from peft import LoraConfig, get_peft_model

        model = get_peft_model(
            model, LoraConfig(r=step.rank, target_modules="all-linear", task_type="CAUSAL_LM")
        )
    if step.checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    return model.train()
