"""The settings of the plan that a person can fix by hand; an empty answer lets the plan choose."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from advisor.case import Case
from heuristics.planning.knobs import Knobs
from screens.fields.parsing import one_of, real, whole, yes_or_no
from screens.rows.section import Field

METHODS = (
    ("full", "train every weight: most memory, for small models or large changes"),
    ("lora", "train a small adapter beside 16- or 32-bit weights"),
    ("qlora", "train a small adapter beside 4-bit weights: least memory, needs bitsandbytes"),
)


@dataclass(frozen=True, slots=True)
class _Knob:
    title: str
    why: str
    read: Callable[[str], object]
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()


_KNOBS: dict[str, _Knob] = {
    "method": _Knob(
        "Method",
        "Decides memory most of all.",
        lambda text: one_of(text, tuple(name for name, _ in METHODS)),
        choices=METHODS,
    ),
    "learning_rate": _Knob(
        "Learning rate",
        "Size of each update: too high diverges, too low learns nothing.",
        lambda text: real(text, 1e-8, 1.0),
    ),
    "micro_batch": _Knob(
        "Micro-batch",
        "Rows in memory at once: more is faster until memory ends.",
        lambda text: whole(text, 1, 4096, "rows"),
        "rows",
    ),
    "accumulation": _Knob(
        "Accumulation",
        "Micro-batches per optimizer step: the effective batch without its memory.",
        lambda text: whole(text, 1, 4096, "micro-batches"),
        "micro-batches",
    ),
    "epochs": _Knob(
        "Epochs",
        "Passes over the training rows: more than a few overfits.",
        lambda text: real(text, 0.01, 100.0, "epochs"),
        "epochs",
    ),
    "rank": _Knob("Rank", "Width of the adapter.", lambda text: whole(text, 1, 1024)),
    "sequence_length": _Knob(
        "Sequence length",
        "Longer rows are cut here; memory and time grow with it.",
        lambda text: whole(text, 8, 1_048_576, "tokens"),
        "tokens",
    ),
    "samples": _Knob(
        "Pilot rows",
        "Training rows of the pilot.",
        lambda text: whole(text, 8, 10_000_000, "rows"),
        "rows",
    ),
    "checkpointing": _Knob(
        "Checkpointing",
        "Computes activations twice to keep fewer in memory.",
        yes_or_no,
        choices=(("yes", "less memory, about a third more time"), ("no", "more memory, faster")),
    ),
    "seed": _Knob("Seed", "Start of all chance.", lambda text: whole(text, 0, 2**31 - 1)),
}
SETTINGS = tuple(_KNOBS)


def knob_field(setting: str, knobs: Knobs) -> Field | None:
    """The field of one setting; None for settings that follow from others."""
    knob = _KNOBS.get(setting)
    if knob is None:
        return None
    return Field(
        knob.title,
        f"{knob.why} Leave empty to let the plan choose.",
        _shown(getattr(knobs, setting)),
        _changing(setting, knob.read),
        knob.unit,
        (*knob.choices, ("", "let the plan choose")) if knob.choices else (),
    )


def _changing(setting: str, read: Callable[[str], object]) -> Callable[[Case, str], Case]:
    def apply(case: Case, text: str) -> Case:
        changes = {setting: read(text) if text.strip() else None}
        return case.but(knobs=replace(case.knobs, **changes))  # type: ignore[arg-type]

    return apply


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
