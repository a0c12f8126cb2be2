"""Loads a model safely: safetensors only, no code from its repository, every fault in one line."""

from pathlib import Path
from typing import cast

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.utils import is_bitsandbytes_available

from advisor.errors import BadModel
from advisor.models.weights import weights_of
from advisor.text import one_line
from heuristics.planning.recipe import Recipe


def device_of_choice() -> torch.device:
    """The device that the trainer will use."""
    if torch.cuda.is_available():
        return torch.device("cuda", 0)
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def load_model(folder: Path, recipe: Recipe, device: torch.device) -> PreTrainedModel:
    """The base model in evaluation mode on `device`; raises BadModel, in one line, when that fails."""
    name = one_line(folder.name, 60)
    _require_safetensors(folder, name)
    try:
        model, report = AutoModelForCausalLM.from_pretrained(
            folder,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            dtype=weights_dtype(recipe),
            quantization_config=_quantisation(recipe, device),
            device_map={"": device} if recipe.method == "qlora" else None,
            output_loading_info=True,
        )
    except SafetensorError as error:
        raise BadModel(
            f"{name}: the weights are damaged ({one_line(str(error), 100)})", "Copy or download them again."
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unusable(name, error) from error
    except RuntimeError as error:
        if "ignore_mismatched_sizes" not in str(error):
            raise
        raise BadModel(
            f"{name}: the weights do not have the sizes that config.json gives",
            "Use the config.json that belongs to these weights.",
        ) from error
    _require_complete(name, report)
    _require_generating(model, name)
    if recipe.method == "qlora":
        _keep_trainable(model)
    else:
        model = model.to(device)
    model.eval()
    return cast("PreTrainedModel", model)


def weights_dtype(recipe: Recipe) -> torch.dtype:
    """Number format of the loaded weights.

    Frozen weights take the recipe's format; weights that are trained stay in fp32 and are cast in each step.
    """
    if recipe.method == "full" or recipe.precision == "fp32":
        return torch.float32
    return torch.bfloat16 if recipe.precision == "bf16" else torch.float16


def can_quantise(device: torch.device) -> bool:
    """True when 4-bit base weights can be trained on here."""
    return device.type != "mps" and is_bitsandbytes_available()


def vocabulary_of(model: PreTrainedModel) -> int:
    """Rows of the model's input embedding."""
    return int(model.get_input_embeddings().weight.shape[0])


def context_of(model: PreTrainedModel) -> int | None:
    """Longest sequence the model was made for, None when its config does not say."""
    config = model.config.get_text_config()
    length = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None)
    return int(length) if isinstance(length, int) and length > 0 else None


def _quantisation(recipe: Recipe, device: torch.device) -> object | None:
    if recipe.method != "qlora":
        return None
    if not is_bitsandbytes_available():
        raise BadModel(
            "QLoRA needs bitsandbytes, which is not installed here",
            "Install finetune-advisor[qlora], or choose LoRA.",
        )
    from transformers import BitsAndBytesConfig

    half = device.type == "cuda" or recipe.precision == "bf16"
    config: object = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16 if half else torch.float32,
    )
    return config


def _keep_trainable(model: torch.nn.Module) -> None:
    """Turn off a packing of 4-bit weights that bitsandbytes does on CPUs in evaluation: it rounds the scales
    again, and a packed layer cannot go back to training."""
    from bitsandbytes.nn import Linear4bit

    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = False


def _require_safetensors(folder: Path, name: str) -> None:
    weights = weights_of(folder)
    if weights.kind == "pickle":
        do = "Choose a model with safetensors weights, or convert it on a machine you trust."
        raise BadModel(f"{name}: {weights.problem}", do)
    if weights.problem:
        raise BadModel(f"{name}: {weights.problem}", "Choose a complete model folder.")


def _require_complete(name: str, report: dict[str, object]) -> None:
    missing = report.get("missing_keys")
    if isinstance(missing, set | list) and missing:
        first = one_line(sorted(str(each) for each in missing)[0], 80)
        raise BadModel(
            f"{name}: {len(missing)} of the model's tensors are not in its weights, {first} for one",
            "Choose a complete model folder.",
        )


def _require_generating(model: PreTrainedModel, name: str) -> None:
    """Models that fill gaps load as language models too, and then see the answer that they should predict."""
    made_as = " ".join(str(each) for each in getattr(model.config, "architectures", None) or ())
    speaks = any(each in made_as for each in ("CausalLM", "LMHead", "Generation"))
    sees_ahead = getattr(model.config, "is_decoder", True) is False and "Masked" in made_as
    if sees_ahead or (made_as and not speaks and not model.can_generate()):
        raise BadModel(
            f"{name} is not a text-generating model ({one_line(made_as, 60)})",
            "Choose a causal language model.",
        )


def _unusable(name: str, error: Exception) -> BadModel:
    words = str(error)
    if "trust_remote_code" in words or "custom code" in words:
        return BadModel(
            f"{name} needs code from its own repository, which is not run here", "Choose another model."
        )
    if "does not recognize this architecture" in words:
        return BadModel(
            f"{name}: the installed transformers does not know its architecture", "Choose another model."
        )
    if "Unrecognized configuration class" in words:
        return BadModel(f"{name} is not a text-generating model", "Choose a causal language model.")
    if "Unrecognized model" in words or "valid JSON" in words:
        return BadModel(f"{name}: config.json is missing or damaged", "Choose a complete model folder.")
    return BadModel(f"{name} cannot be loaded: {one_line(words, 160)}", "Choose another model.")
