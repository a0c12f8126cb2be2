"""The presets as facts: limits, models, GPUs, cloud offers and the bundled demo."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from advisor.errors import BadInput
from advisor.preset_file import read_preset, read_toml
from advisor.text import one_line
from heuristics.facts.market import CloudOffer, GpuForSale, GpuPreset
from heuristics.facts.model import ModelFacts, ModelShape
from heuristics.thresholds.limits import Limits, limits_of

GIB = 1 << 30

_TABLES = TypeAdapter(dict[str, dict[str, dict[str, object]]])
_Text = Annotated[str, AfterValidator(one_line)]
_Count = Annotated[int, Field(gt=0, le=10**13)]
_Amount = Annotated[float, Field(gt=0, lt=1e9)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    verified: _Text
    source: _Text
    note: _Text = ""


class _Gpu(_Entry):
    name: _Text
    vendor: _Text
    memory_gib: _Amount
    memory_gib_up_to: _Amount | None = None
    bandwidth_gb_per_s: _Amount
    tflops: _Amount | None = None
    bf16: bool
    compute_capability: _Text | None = None
    aliases: tuple[_Text, ...] = ()


class _Model(_Entry):
    id: _Text
    family: _Text
    kind: Literal["dense", "hybrid", "moe"]
    parameters: _Count
    active_parameters: _Count | None = None
    hidden: _Count
    layers: _Count
    heads: _Count
    kv_heads: _Count
    head_dim: _Count
    intermediate: _Count
    vocabulary: _Count
    tied: bool
    experts: int = Field(default=0, ge=0, le=10**5)
    context: _Count | None = None
    licence: _Text = ""
    chat_template: bool


class OfferEntry(_Entry):
    """One offer as it stands in a table."""

    provider: _Text
    instance: _Text
    gpu: _Text
    gpus: _Count
    gpu_memory_gib: _Amount
    vcpus: _Count | None = None
    ram_gib: _Amount | None = None
    usd_per_hour: _Amount | None = None
    spot_usd_per_hour: _Amount | None = None
    region: _Text = ""
    date: date


class _Purchase(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    gpu: _Text
    usd: _Amount
    watts: _Amount
    verified: _Text
    date: date
    source: _Text


class _Purchases(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    gpus: tuple[_Purchase, ...]


class _Preset(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    sources: dict[str, _Text]

    def source(self, key: str) -> str:
        """The full source that an entry names by its key, or the text itself."""
        return self.sources.get(key, key)


class _Gpus(_Preset):
    date: date
    gpus: tuple[_Gpu, ...]


class Families(BaseModel):
    """What configurations leave unsaid, by model type in transformers."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    tied: frozenset[str]
    """Model types whose embeddings are one matrix unless the configuration says otherwise."""
    ungated: frozenset[str]
    """Model types with two feed-forward matrices instead of three."""
    verified: _Text
    source: _Text


class _Models(_Preset):
    date: date
    families: Families
    unverified: tuple[_Text, ...] = ()
    models: tuple[_Model, ...]


class _Offers(_Preset):
    offers: tuple[OfferEntry, ...]


@cache
def limits() -> Limits:
    """Every threshold that rules use; raises BadInput when the preset cannot be used."""
    raw = read_toml("thresholds.toml")
    try:
        return limits_of(_TABLES.validate_python(raw))
    except ValueError as error:
        raise BadInput(
            f"presets/thresholds.toml: {one_line(str(error), 1000)}", "Correct the preset."
        ) from error


@cache
def gpus() -> tuple[GpuPreset, ...]:
    """Known GPUs in the preset's order; raises BadInput naming every fault of the preset."""
    preset = read_preset("gpus.toml", _Gpus)
    return tuple(
        GpuPreset(
            name=each.name,
            vendor=each.vendor,
            memory=int(each.memory_gib * GIB),
            bandwidth_gb_per_s=each.bandwidth_gb_per_s,
            tflops=each.tflops,
            bf16=each.bf16,
            compute_capability=each.compute_capability,
            verified=each.verified,
            source=preset.source(each.source),
            date=preset.date.isoformat(),
            aliases=each.aliases,
            note=each.note,
        )
        for each in preset.gpus
    )


@cache
def models() -> tuple[ModelFacts, ...]:
    """Models known by preset, smallest first in each family; raises BadInput naming every fault."""
    preset = _models_file()
    dated = preset.date.isoformat()
    return tuple(
        ModelFacts(
            id=each.id,
            where="catalogue",
            family=each.family,
            shape=_shape(each),
            licence=each.licence,
            chat_template=each.chat_template,
            verified=each.verified,
            source=f"{preset.source(each.source)}; {dated}",
            unverified=preset.unverified,
        )
        for each in preset.models
    )


@cache
def families() -> Families:
    """What configurations leave unsaid, by model type; raises BadInput naming every fault."""
    return _models_file().families


@cache
def offers() -> tuple[CloudOffer, ...]:
    """The program's own cloud offers; raises BadInput naming every fault, an unknown GPU among them."""
    preset = read_preset("cloud.toml", _Offers)
    _check_gpus("cloud.toml", {each.gpu for each in preset.offers})
    return tuple(offer_of(each, preset.source(each.source)) for each in preset.offers)


def offer_of(each: OfferEntry, source: str) -> CloudOffer:
    """An entry with what the preset of its GPU adds; raises KeyError for a GPU without one."""
    gpu = _gpus_by_name()[each.gpu]
    return CloudOffer(
        provider=each.provider,
        instance=each.instance,
        gpu=each.gpu,
        gpus=each.gpus,
        gpu_memory=int(each.gpu_memory_gib * GIB),
        usd_per_hour=each.usd_per_hour,
        spot_usd_per_hour=each.spot_usd_per_hour,
        tflops=gpu.tflops,
        date=each.date.isoformat(),
        source=source,
        verified=each.verified,
        region=each.region,
        vcpus=each.vcpus,
        ram=int(each.ram_gib * GIB) if each.ram_gib else None,
        note=each.note,
        bf16=gpu.bf16,
        compute_capability=gpu.compute_capability,
        vendor=gpu.vendor,
    )


@cache
def gpus_for_sale() -> tuple[GpuForSale, ...]:
    """GPUs that can be bought; raises BadInput naming every fault, an unknown GPU among them."""
    preset = read_preset("purchases.toml", _Purchases)
    known = _gpus_by_name()
    _check_gpus("purchases.toml", {each.gpu for each in preset.gpus})
    return tuple(
        GpuForSale(
            gpu=each.gpu,
            usd=each.usd,
            watts=each.watts,
            memory=known[each.gpu].memory,
            tflops=known[each.gpu].tflops or 0.0,
            bf16=known[each.gpu].bf16,
            compute_capability=known[each.gpu].compute_capability,
            date=each.date.isoformat(),
            source=each.source,
            verified=each.verified,
        )
        for each in preset.gpus
    )


@contextmanager
def demo_folder() -> Iterator[Path]:
    """The bundled demo as a real folder: triage.jsonl and model/."""
    with as_file(files("presets") / "demo") as folder:
        yield folder


@cache
def _gpus_by_name() -> dict[str, GpuPreset]:
    return {each.name: each for each in gpus()}


def _check_gpus(name: str, named: set[str]) -> None:
    unknown = sorted(named - _gpus_by_name().keys())
    if unknown:
        raise BadInput(f"presets/{name} names GPUs that gpus.toml lacks: {', '.join(unknown)}")


@cache
def _models_file() -> _Models:
    return read_preset("models.toml", _Models)


def _shape(each: _Model) -> ModelShape:
    return ModelShape(
        hidden=each.hidden,
        layers=each.layers,
        heads=each.heads,
        kv_heads=each.kv_heads,
        head_dim=each.head_dim,
        intermediate=each.intermediate,
        vocabulary=each.vocabulary,
        tied=each.tied,
        parameters=each.parameters,
        active_parameters=each.active_parameters or each.parameters,
        context=each.context,
        experts=each.experts,
    )
