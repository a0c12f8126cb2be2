"""How a rented machine runs the recipe: the same rows per step, in what its GPUs hold at once."""

from advisor import numbers
from advisor.export.target import Tune
from heuristics.planning.recipe import Offer
from heuristics.words import rows

_DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


def several(tune: Tune) -> Offer | None:
    """The best fitting machine with several GPUs."""
    return next((each for each in tune.offers if each.gpus > 1), None)


def options(tune: Tune, offer: Offer | None) -> tuple[str, ...]:
    """Options of train.py that differ on that machine; none without one, or when nothing is known of it."""
    if offer is None or not offer.micro_batch or not offer.precision:
        return ()
    recipe = tune.recipe
    wanted = {
        # Of all GPUs together: the script shares the rows of a step among them.
        "per_device_train_batch_size": offer.micro_batch,
        "gradient_accumulation_steps": max(1, recipe.effective_batch // offer.micro_batch),
        "bf16": str(offer.precision == "bf16").lower(),
        "fp16": str(offer.precision == "fp16").lower(),
        # Weights that are trained themselves stay in fp32 and are cast in each step.
        "dtype": "float32" if recipe.method == "full" else _DTYPES[offer.precision],
        "gradient_checkpointing": str(offer.checkpointing).lower(),
    }
    return tuple(word for name, value in wanted.items() for word in (f"--{name}", str(value)))


def shared_options(tune: Tune) -> tuple[str, ...]:
    """The same on the best fitting machine with several GPUs."""
    return options(tune, several(tune))


def launcher(offer: Offer | None, gpus: str) -> list[str]:
    """What starts train.py on `gpus` GPUs: divided weights need FSDP2, the rest a process for each."""
    if offer is not None and offer.sharded:
        return ["accelerate", "launch", "--config_file", "fsdp2.yaml", "--num_processes", gpus]
    return ["torchrun", "--nproc_per_node", gpus]


def note(tune: Tune, offer: Offer | None) -> str:
    """How the recipe runs there, in a sentence; empty without a machine."""
    if offer is None or not options(tune, offer):
        return ""
    parts = [f"{offer.precision}", f"{rows(offer.micro_batch)} at once on each GPU"]
    parts += ["activations recomputed"] if offer.checkpointing else []
    parts += ["weights divided among the GPUs"] if offer.sharded else []
    need = ""
    if offer.memory is not None:
        held, basis = numbers.size(offer.memory.value), offer.memory.basis.value
        need = f", {held} of {numbers.size(offer.gpu_memory)} ({basis})"
    return (
        f"On {offer.provider} {offer.instance} ({offer.gpus} × {offer.gpu}): {', '.join(parts)}{need}; "
        f"{rows(tune.recipe.effective_batch)} per step as planned."
    )


def share_note(tune: Tune, engine: str) -> str:
    """What each GPU must hold with an engine such as "FSDP2"; empty when it was not worked out."""
    known = [each for each in tune.shares if each.engine.startswith(engine)]
    if not known:
        return ""
    first, *more = known
    rest = "".join(f"; on {each.gpus}: {numbers.size(each.memory.value)}" for each in more)
    return (
        f"With {rows(first.micro_batch)} at once each of {first.gpus} GPUs needs "
        f"{numbers.estimated(first.memory)}{rest} ({first.memory.source})."
    )


def share_parts(tune: Tune, engine: str) -> str:
    """The same by purpose."""
    first = next((each for each in tune.shares if each.engine.startswith(engine)), None)
    if first is None:
        return ""
    parts = ", ".join(f"{name} {numbers.size(size)}" for name, size in first.parts)
    return f"Of that, on {first.gpus}: {parts}."
