"""Models are found, read without being run, and refused in one line when they cannot be used."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from advisor import catalog
from advisor.errors import BadModel
from advisor.models.folder import REMOTE_CODE, known_families
from advisor.models.hub_cache import cache_folder, is_hub_id
from advisor.models.search import cached_models, find_model, local_models, models_here
from advisor.models.shape import shape_of
from tests.advisor.hub_double import COMMIT, Repository, hub
from tests.advisor.model_maker import CONFIG, PARAMETERS, make_model, safetensors


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Hub cache, and no server that anybody else could answer from."""
    cache = tmp_path / "hub-cache"
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    # The library reads the variable once, and another test's model may have been made offline before.
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    return cache


def refusal(choice: str | Path, offline: bool = False) -> str:
    """The message with which a choice is refused, checked to be one line with something to do."""
    with pytest.raises(BadModel) as caught:
        find_model(str(choice), offline=offline)
    assert "\n" not in caught.value.message
    assert caught.value.do
    return caught.value.message


def test_a_local_folder_is_read_from_its_files(tmp_path: Path) -> None:
    facts = find_model(str(make_model(tmp_path / "small")))
    assert (facts.id, facts.where, facts.family) == ("small", "local", "llama")
    assert facts.weights == "safetensors"
    assert facts.shape.parameters == 100
    assert facts.verified == "files"
    assert not facts.problems


def test_parameters_are_computed_from_the_shape_when_the_weights_are_elsewhere(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "planned", weights=False)
    facts = find_model(str(folder / "config.json"))
    assert facts.shape.parameters == PARAMETERS
    assert facts.weights == "missing"
    assert facts.problems


@pytest.mark.parametrize(
    ("config", "tied", "gated", "millions"),
    [
        # Published sizes of well-known shapes.
        (
            {"n_embd": 768, "n_layer": 12, "n_head": 12, "vocab_size": 50257, "n_positions": 1024},
            True, False, 124,
        ),
        (
            {"hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "vocab_size": 32000,
             "num_key_value_heads": 8, "intermediate_size": 14336, "num_local_experts": 8,
             "num_experts_per_tok": 2},
            False, True, 46700,
        ),
        (
            {"text_config": {"hidden_size": 2560, "num_hidden_layers": 34, "num_attention_heads": 8,
             "num_key_value_heads": 4, "head_dim": 256, "intermediate_size": 10240, "vocab_size": 262208}},
            True, True, 3880,
        ),
    ],
)  # fmt: skip
def test_the_arithmetic_agrees_with_published_sizes(
    config: dict[str, object], tied: bool, gated: bool, millions: int
) -> None:
    assert shape_of(config, tied, gated).parameters / 1e6 == pytest.approx(millions, rel=0.01)


def test_a_mixture_of_experts_uses_fewer_parameters_per_token() -> None:
    config = CONFIG | {"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 32}
    shape = shape_of(config, tied=True)
    expert = 2 * 3 * 16 * 32
    assert shape.parameters - shape.active_parameters == 6 * expert


@pytest.mark.parametrize(
    "absurd",
    [
        {"num_hidden_layers": 10**9},
        {"hidden_size": -1},
        {"hidden_size": "4096"},
        {"vocab_size": True},
        {"num_hidden_layers": 0},
        {"num_key_value_heads": 8},
        {"intermediate_size": 1.5},
        {"head_dim": {"a": 1}},
        {"num_hidden_layers": 10**4, "hidden_size": 10**6, "intermediate_size": 10**7},
    ],
)
def test_absurd_sizes_are_refused(tmp_path: Path, absurd: dict[str, object]) -> None:
    message = refusal(make_model(tmp_path / "absurd", absurd))
    assert "impossible" in message or "does not say" in message


@pytest.mark.parametrize("text", ["", "[1]", "{", '"x"', "[" * 100_000, "\x00\xff"])
def test_a_damaged_config_is_refused(tmp_path: Path, text: str) -> None:
    folder = make_model(tmp_path / "damaged")
    (folder / "config.json").write_text(text)
    assert "config.json" in refusal(folder)


def test_a_folder_without_weights_is_refused_by_name_and_listed_with_its_problem(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "models" / "empty", weights=False)
    assert "no weights" in refusal(folder)
    (listed,) = local_models(tmp_path / "models")
    assert listed.weights == "missing"
    assert any("no weights" in each for each in listed.problems)


def test_pickle_weights_are_refused(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "pickled", weights=False)
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    assert "only pickle weights: refused" in refusal(folder)


def test_what_a_trainer_leaves_beside_the_weights_is_not_taken_for_weights(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "trained", weights=False)
    (folder / "training_args.bin").write_bytes(b"\x80\x04.")
    assert "no weights" in refusal(folder)


def test_a_folder_without_tokenizer_is_refused(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "mute")
    (folder / "tokenizer.json").unlink()
    assert "no tokenizer" in refusal(folder)


def test_an_adapter_is_refused_with_advice(tmp_path: Path) -> None:
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "adapter_config.json").write_text("{}")
    assert "adapter" in refusal(folder)


def test_remote_code_is_told_and_never_run(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "custom", {"auto_map": {"AutoModelForCausalLM": "modeling.Evil"}})
    (folder / "modeling.py").write_text("raise SystemExit('ran')")
    facts = find_model(str(folder))
    assert facts.remote_code
    assert facts.problems == (REMOTE_CODE,)


def test_an_unknown_architecture_is_refused(tmp_path: Path) -> None:
    assert len(known_families()) > 100
    message = refusal(make_model(tmp_path / "new", {"model_type": "quantum_llama"}))
    assert "does not know its architecture (quantum_llama)" in message


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "t5", "is_encoder_decoder": True},
        {"model_type": "bert", "architectures": ["BertForSequenceClassification"]},
    ],
)
def test_a_model_that_does_not_write_text_is_refused(tmp_path: Path, config: dict[str, object]) -> None:
    assert "not a causal language model" in refusal(make_model(tmp_path / "other", config))


@pytest.mark.parametrize("name", ["../secret.safetensors", "/etc/passwd", "a/b.safetensors", "..", ""])
def test_an_index_that_points_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    folder = make_model(tmp_path / "sly", weights=False)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"w": name}}))
    assert "outside" in refusal(folder)


def test_shards_are_counted_together_and_a_missing_one_is_named(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "sharded", weights=False)
    weight_map = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    (folder / "model-00001-of-00002.safetensors").write_bytes(safetensors({"a": (3, 4)}))
    assert "model-00002-of-00002.safetensors is missing" in refusal(folder)
    (folder / "model-00002-of-00002.safetensors").write_bytes(safetensors({"b": (5,)}))
    assert find_model(str(folder)).shape.parameters == 17


def test_a_tied_output_embedding_in_the_file_is_counted_once(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "tied")
    (folder / "model.safetensors").write_bytes(
        safetensors({"model.embed_tokens.weight": (64, 16), "lm_head.weight": (64, 16)})
    )
    assert find_model(str(folder)).shape.parameters == 64 * 16


def test_a_config_that_does_not_say_whether_it_is_tied_is_answered_by_the_weights(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "silent", {"tie_word_embeddings": None})
    assert find_model(str(folder)).shape.tied
    (folder / "model.safetensors").write_bytes(safetensors({"lm_head.weight": (64, 16)}))
    assert not find_model(str(folder)).shape.tied


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"short",
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 5) + b"\xff{}{}",
        safetensors({"a": (10, 10)})[:-1],
        safetensors({"a": (10, 10)}).replace(b"[10, 10]", b"[10, 99]"),
        safetensors({"a": (10, 10)}).replace(b"[10, 10]", b"[-10,10]"),
        safetensors({"a": (10, 10)}).replace(b'"F32"', b'"Q99"'),
        safetensors({"a": (10, 10)}).replace(b"[0, 400]", b"[9, 400]"),
    ],
)
def test_a_lying_or_truncated_weight_file_is_refused(tmp_path: Path, data: bytes) -> None:
    folder = make_model(tmp_path / "lying")
    (folder / "model.safetensors").write_bytes(data)
    assert "is damaged" in refusal(folder)


def test_the_chat_template_and_its_generation_markers_are_seen(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "chatty")
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": "{{ messages }}"}))
    facts = find_model(str(folder))
    assert (facts.chat_template, facts.generation_markers) == (True, False)
    (folder / "chat_template.jinja").write_text("{%- generation %}x{% endgeneration %}")
    assert find_model(str(folder)).generation_markers


def test_several_named_templates_count_as_a_template(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "many")
    templates = [{"name": "default", "template": "{{ x }}"}, {"name": "tools", "template": "{{ y }}"}]
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": templates}))
    assert find_model(str(folder)).chat_template


@pytest.mark.parametrize(
    ("readme", "licence"),
    [
        ("---\nlicense: mit\n---\n# x", "mit"),
        ("---\nlicense: other\nlicense_name: my-own\n---", "my-own"),
        ("# license: mit", ""),
    ],
)
def test_the_licence_comes_from_the_model_card(tmp_path: Path, readme: str, licence: str) -> None:
    folder = make_model(tmp_path / "licensed")
    (folder / "README.md").write_text(readme)
    assert find_model(str(folder)).licence == licence


@pytest.mark.parametrize("choice", ["", "two words", "a/b/c", "../x/y", "owner/na\x1bme", "-x/y"])
def test_what_is_neither_folder_nor_id_is_refused(choice: str) -> None:
    message = refusal(choice)
    assert "\x1b" not in message


def test_a_file_is_not_a_model(tmp_path: Path) -> None:
    path = tmp_path / "weights.gguf"
    path.write_bytes(b"GGUF")
    assert "is a file" in refusal(path)


def in_cache(cache: Path, model_id: str, weights: bool = True) -> Path:
    """A model in the layout of the Hub cache, its weights behind a link as there."""
    repository = cache / f"models--{model_id.replace('/', '--')}"
    snapshot = make_model(repository / "snapshots" / COMMIT, weights=False)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    if weights:
        (repository / "blobs").mkdir()
        (repository / "blobs" / "b").write_bytes(safetensors({"w": (7,)}))
        (snapshot / "model.safetensors").symlink_to("../../blobs/b")
    return snapshot


def test_a_cached_model_is_found_by_its_id_without_a_network(own_cache: Path) -> None:
    snapshot = in_cache(own_cache, "owner/small")
    facts = find_model("owner/small", offline=True)
    assert (facts.where, facts.path, facts.shape.parameters) == ("cache", str(snapshot), 7)
    assert [each.id for each in cached_models()] == ["owner/small"]


def test_a_reference_that_leaves_the_cache_is_not_followed(own_cache: Path, tmp_path: Path) -> None:
    in_cache(own_cache, "owner/small")
    make_model(tmp_path / "elsewhere")
    reference = own_cache / "models--owner--small" / "refs" / "main"
    reference.write_text("../../../elsewhere")
    facts = find_model("owner/small", offline=True)
    assert facts.path is not None
    assert facts.path.endswith(COMMIT)


def test_a_half_downloaded_model_is_listed_with_its_problem_and_refused_offline(own_cache: Path) -> None:
    in_cache(own_cache, "owner/half", weights=False)
    assert cached_models()[0].problems
    assert "not in the Hub cache" in refusal("owner/half", offline=True)


def test_a_model_known_by_preset_can_be_planned_offline() -> None:
    known = catalog.models()[0]
    facts = find_model(known.id, offline=True)
    assert facts.where == "catalogue"
    assert facts.shape == known.shape
    assert facts.problems


def test_the_environment_variable_for_offline_work_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "network is switched off" in refusal("owner/unknown")


def test_an_unreachable_hub_is_said_quickly() -> None:
    assert "cannot be reached" in refusal("owner/unknown")


def online(config: dict[str, object] | None = None, **changes: object) -> Repository:
    files = {"config.json": json.dumps(CONFIG | (config or {})).encode(), "tokenizer.json": b"{}"}
    files |= {"model.safetensors": b"0" * 400}
    made = Repository(files, tags=("license:mit",), parameters={"F32": 100})
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_a_model_online_is_described_without_downloading_its_weights(
    monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    with hub({"owner/new": online()}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        facts = find_model("owner/new")
    assert (facts.where, facts.weights, facts.weight_bytes) == ("hub", "online", 400)
    assert (facts.shape.parameters, facts.licence, facts.problems) == (100, "mit", ())
    assert facts.path is None
    assert not list(own_cache.rglob("*.safetensors"))


def test_a_gated_model_is_refused_with_the_way_in(monkeypatch: pytest.MonkeyPatch) -> None:
    with hub({"owner/gated": online(gated=True)}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        assert "is gated" in refusal("owner/gated")


def test_a_missing_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with hub({}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        assert "The Hub has no model owner/none" in refusal("owner/none")


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({"config.json": b"{}", "pytorch_model.bin": b"x"}, "only pickle weights"),
        ({"config.json": b"{}"}, "no safetensors weights"),
        ({"model.safetensors": b"x"}, "no config.json"),
        ({"model.safetensors": b"x", "config.json": b"{", "tokenizer.json": b"{}"}, "damaged"),
        ({"model.safetensors": b"x", "config.json": b" " * (5 << 20)}, "absurdly large"),
    ],
)
def test_an_unusable_model_online_is_refused(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes], word: str
) -> None:
    with hub({"owner/odd": online(files=files)}) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        assert word in refusal("owner/odd")


def test_a_hub_in_trouble_is_told_apart_from_a_missing_model(monkeypatch: pytest.MonkeyPatch) -> None:
    with hub({}, broken=True) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        assert "error 500" in refusal("owner/any")


def test_the_cache_folder_follows_the_variables_of_the_hub_libraries(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.delenv("HUGGINGFACE_HUB_CACHE", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "hub"


def test_ids_have_the_form_that_the_hub_allows() -> None:
    assert is_hub_id("gpt2")
    assert is_hub_id("Qwen/Qwen3-0.6B")
    assert not is_hub_id("a/../b")
    assert not is_hub_id("a--b/c")


def test_finding_a_local_model_imports_no_heavy_library(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "light")
    code = (
        "import sys; from advisor.models.search import find_model; find_model(sys.argv[1]);"
        "print([m for m in ('torch', 'transformers', 'huggingface_hub', 'numpy') if m in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    found = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True, env=environment
    )
    assert found.stdout.strip() == "[]"


def test_a_folder_of_models_is_refused_with_their_names(tmp_path: Path) -> None:
    make_model(tmp_path / "models" / "one")
    make_model(tmp_path / "models" / "two")
    assert "holds 2 models: one, two" in refusal(tmp_path / "models")


def test_models_in_the_folders_that_the_user_named_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_model(tmp_path / "models" / "one")
    monkeypatch.setenv("ADVISOR_MODELS", os.pathsep.join((str(tmp_path / "gone"), str(tmp_path / "models"))))
    (found,) = models_here()
    assert (found.id, found.where) == ("one", "local")
