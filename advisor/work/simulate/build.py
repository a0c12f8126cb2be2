"""The real model and its adapter without memory: parameters have a size and a number format, nothing else."""

from collections.abc import Iterator, Mapping

import torch
from huggingface_hub.errors import StrictDataclassError
from torch import nn
from transformers import CONFIG_MAPPING, AutoConfig, AutoModelForCausalLM, PreTrainedModel

from advisor.errors import BadModel
from advisor.text import one_line
from advisor.work.simulate.packed import PackedLinear
from heuristics.facts.simulation import Number, TrainingStep

_REFUSALS = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    ImportError,
    AssertionError,
    RuntimeError,
    ZeroDivisionError,
    StrictDataclassError,
)
"""What transformers raises for configs that it does not know or that contradict themselves."""
NUMBERS: Mapping[Number, torch.dtype] = {
    "fp32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}


def build(config: Mapping[str, object], step: TrainingStep) -> PreTrainedModel:
    """The model that `config` describes, on the meta device, with its adapter and 4-bit layers.

    Raises BadModel when transformers does not know it, or cannot make it.
    """
    with torch.device("meta"):
        model = _bare(config, step)
        model.config.use_cache = False
        if step.method == "qlora":
            _pack(model, step)
        if step.method != "full":
            model = _with_adapter(model, step)
        if step.checkpointing:
            _checkpoint(model, step)
    model.train()
    return model


def parameters_of(model: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """Every parameter once, by name."""
    yield from model.named_parameters()


def counted(model: nn.Module) -> tuple[int, int]:
    """Parameters, 4-bit ones before packing, and those that are trained."""
    packed = {id(each.weight): each for each in model.modules() if isinstance(each, PackedLinear)}
    total = trained = 0
    for _, parameter in parameters_of(model):
        layer = packed.get(id(parameter))
        size = parameter.numel() if layer is None else layer.in_features * layer.out_features
        total += size
        trained += size if parameter.requires_grad else 0
    return total, trained


def is_adapter(name: str) -> bool:
    """True for the name of an adapter's parameter."""
    return ".lora_" in name


def _bare(config: Mapping[str, object], step: TrainingStep) -> PreTrainedModel:
    family = one_line(str(config.get("model_type", "")), 40)
    if family not in CONFIG_MAPPING:
        raise BadModel(
            f"the installed transformers does not know the architecture {family or '(none named)'}",
            "Only the formula can estimate it.",
        )
    try:
        known = AutoConfig.for_model(**config).get_text_config()
        number = NUMBERS[step.weights]
        if step.attention != "eager":
            try:
                return AutoModelForCausalLM.from_config(known, dtype=number, attn_implementation="sdpa")
            except ValueError as error:
                if "attention implementation" not in str(error):
                    raise
        # Models without a fused kernel run this way whatever was asked for.
        return AutoModelForCausalLM.from_config(known, dtype=number, attn_implementation="eager")
    except _REFUSALS as error:
        raise BadModel(
            f"the installed transformers cannot make a {family} of these sizes: {one_line(str(error), 120)}",
            "Only the formula can estimate it.",
        ) from error


def _pack(model: PreTrainedModel, step: TrainingStep) -> None:
    """Replace every linear layer but the output's by its 4-bit form, as transformers does."""
    kept = model.get_output_embeddings()
    for name, module in list(model.named_modules()):
        if isinstance(module, nn.Linear) and module is not kept:
            parent, _, leaf = name.rpartition(".")
            packed = PackedLinear(module, NUMBERS[step.weights], step.double_quantisation)
            setattr(model.get_submodule(parent), leaf, packed)


def _with_adapter(model: PreTrainedModel, step: TrainingStep) -> PreTrainedModel:
    from peft import LoraConfig, get_peft_model

    for parameter in model.parameters():
        parameter.requires_grad = False
    targets: str | list[str] = list(step.targets)
    if step.targets == ("all-linear",):
        targets = "all-linear"
    adapted = get_peft_model(model, LoraConfig(r=step.rank, target_modules=targets, task_type="CAUSAL_LM"))
    for module in adapted.modules():
        if isinstance(base := getattr(module, "base_layer", None), PackedLinear):
            base.adapted = True
    return adapted


def _checkpoint(model: PreTrainedModel, step: TrainingStep) -> None:
    # The random state of fake tensors cannot be kept, and nothing random is recomputed.
    model.gradient_checkpointing_enable({"use_reentrant": False, "preserve_rng_state": False})
    if step.method != "full":
        model.enable_input_require_grads()
