"""The presets load, agree with themselves, and say what is wrong with them."""

from pathlib import Path

import pytest

from advisor import catalog, preset_file
from advisor.errors import BadInput


def test_every_preset_loads() -> None:
    assert catalog.limits()
    assert len(catalog.gpus()) == 136
    assert len(catalog.models()) > 50
    assert len(catalog.offers()) == 109


def test_every_entry_has_a_source_a_date_and_a_mark() -> None:
    for gpu in catalog.gpus():
        assert gpu.source and gpu.date and gpu.verified, gpu.name
    for model in catalog.models():
        assert model.source and model.verified, model.id
        assert "licence" in model.unverified
    for offer in catalog.offers():
        assert offer.source and offer.date and offer.verified, offer.instance


def test_names_are_unique() -> None:
    names = [each.name for each in catalog.gpus()]
    assert len(names) == len(set(names))
    ids = [each.id for each in catalog.models()]
    assert len(ids) == len(set(ids))
    offers = [(each.provider, each.instance, each.gpu, each.region) for each in catalog.offers()]
    assert len(offers) == len(set(offers))


def test_offers_know_the_speed_of_their_gpu() -> None:
    h100 = next(each for each in catalog.offers() if each.provider == "RunPod" and each.gpu == "H100 SXM5")
    assert h100.tflops == 989
    assert h100.gpu_memory == 80 << 30
    assert h100.usd_per_hour == 3.29


def test_an_offer_never_claims_more_memory_than_its_gpu_has_beyond_rounding() -> None:
    memory = {each.name: each.memory for each in catalog.gpus()}
    for offer in catalog.offers():
        assert offer.gpu_memory <= memory[offer.gpu] * 1.07, offer.instance


def test_dense_parameter_counts_agree_with_their_shapes() -> None:
    for model in catalog.models():
        shape = model.shape
        if shape.experts or shape.parameters > 10**11 or model.family in ("qwen3_5", "gemma4", "lfm2"):
            continue
        attention = 2 * shape.hidden * shape.head_dim * (shape.heads + shape.kv_heads)
        layer = attention + 3 * shape.hidden * shape.intermediate
        embeddings = shape.vocabulary * shape.hidden * (1 if shape.tied else 2)
        assert shape.layers * layer + embeddings == pytest.approx(shape.parameters, rel=0.01), model.id


def test_a_faulty_preset_is_refused_with_all_faults_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gpus.toml").write_text(
        "date = 2026-11-22\n[sources]\n"
        '[[gpus]]\nname = "A"\nvendor = "V"\nmemory_gib = -1\nbandwith_gb_per_s = 5\nbf16 = true\n'
        'verified = "yes"\nsource = "s"\n'
    )
    monkeypatch.setattr(preset_file, "files", lambda _package: tmp_path)
    catalog.gpus.cache_clear()
    with pytest.raises(BadInput) as caught:
        catalog.gpus()
    catalog.gpus.cache_clear()
    message = caught.value.message
    assert "gpus[1].memory_gib" in message
    assert "gpus[1].bandwidth_gb_per_s" in message
    assert "did you mean bandwidth_gb_per_s?" in message
    assert "\n" not in message


def test_control_characters_in_a_preset_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gpus.toml").write_text(
        "date = 2026-11-22\n[sources]\n"
        '[[gpus]]\nname = "A\\u001b[31m"\nvendor = "V"\nmemory_gib = 1\nbandwidth_gb_per_s = 5\nbf16 = true\n'
        'verified = "yes"\nsource = "s"\n'
    )
    monkeypatch.setattr(preset_file, "files", lambda _package: tmp_path)
    catalog.gpus.cache_clear()
    name = catalog.gpus()[0].name
    catalog.gpus.cache_clear()
    assert "\x1b" not in name


def test_a_damaged_preset_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models.toml").write_text("models = [")
    monkeypatch.setattr(preset_file, "files", lambda _package: tmp_path)
    catalog.models.cache_clear()
    catalog._models_file.cache_clear()
    with pytest.raises(BadInput, match=r"presets/models\.toml cannot be read"):
        catalog.models()
    catalog.models.cache_clear()
    catalog._models_file.cache_clear()


def test_the_demo_folder_is_inside_the_presets() -> None:
    with catalog.demo_folder() as folder:
        assert folder.parent.name == "presets"


def test_thresholds_that_are_not_tables_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "thresholds.toml").write_text("rate = 3")
    monkeypatch.setattr(preset_file, "files", lambda _package: tmp_path)
    catalog.limits.cache_clear()
    with pytest.raises(BadInput, match=r"presets/thresholds\.toml"):
        catalog.limits()
    catalog.limits.cache_clear()
