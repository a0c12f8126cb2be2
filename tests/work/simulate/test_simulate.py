"""Simulated training steps of real model classes."""

from dataclasses import replace

import pytest
import torch

from advisor.errors import BadModel
from advisor.work.simulate.config import config_of_shape
from advisor.work.simulate.run import record
from advisor.work.simulate.simulate import simulated
from heuristics.facts.model import ModelShape
from heuristics.facts.simulation import SimulationFacts, TrainingStep

pytestmark = pytest.mark.slow

MIB = 1 << 20
SMALL: dict[str, object] = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 128,
    "vocab_size": 1024,
    "max_position_embeddings": 512,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
LLAMA = {"model_type": "llama", **SMALL}
STEP = TrainingStep(method="lora", micro_batch=2, length=64, rank=4)


def _part(facts: SimulationFacts, name: str) -> int:
    return dict(facts.parts).get(name, 0)


@pytest.mark.parametrize(
    "family", ["llama", "qwen3", "gemma3_text", "gpt2", "gpt_neox", "mixtral", "gemma2", "lfm2", "gpt_oss"]
)
def test_families_of_all_kinds_can_be_simulated(family: str) -> None:
    facts = simulated({"model_type": family, **SMALL}, STEP)
    assert facts.reserved >= facts.allocated > 0
    assert 0 < facts.trained_parameters < facts.parameters
    assert [each.name for each in facts.phases] == ["loading", "forward", "backward", "optimizer"]


@pytest.mark.parametrize("loss", ["stock", "trl", "liger", "cut"])
@pytest.mark.parametrize("method", ["full", "lora", "qlora"])
def test_every_loss_works_with_every_method(method: str, loss: str) -> None:
    step = replace(STEP, method=method, loss=loss, weights="fp32" if method == "full" else "bf16")
    facts = simulated(LLAMA, step)
    assert (_part(facts, "adapter") > 0) == (method != "full")


@pytest.mark.parametrize("optimizer", ["adamw", "adamw_fused", "adamw_8bit", "paged_adamw_8bit", "adafactor"])
def test_optimizers_keep_what_they_say(optimizer: str) -> None:
    step = replace(STEP, method="full", weights="fp32", optimizer=optimizer, micro_batch=1, length=8)
    facts = simulated(LLAMA, step)
    numbers = _part(facts, "optimizer") / facts.parameters
    # The trainer asks bitsandbytes for whole states of embeddings.
    embedded = 64 * 1024 / facts.parameters
    least, most = {
        "adamw": (8, 17),
        "adamw_fused": (8, 8.1),
        "adamw_8bit": (2 * (1 - embedded) + 8 * embedded, 2.6 * (1 - embedded) + 8 * embedded),
        "paged_adamw_8bit": (0, 0),
        "adafactor": (0, 12),
    }[optimizer]
    assert least <= numbers <= most


def test_weights_of_a_full_run_take_four_bytes_each_and_tied_ones_once() -> None:
    step = replace(STEP, method="full", weights="fp32", autocast=None)
    untied = simulated(LLAMA, step)
    tied = simulated({**LLAMA, "tie_word_embeddings": True}, step)
    assert untied.parameters - tied.parameters == 64 * 1024
    assert _part(untied, "weights") == pytest.approx(4 * untied.parameters, rel=0.01)


def test_four_bit_weights_take_half_a_byte_and_their_scales() -> None:
    wide = {**LLAMA, "hidden_size": 512, "intermediate_size": 2048}
    plain = simulated(wide, replace(STEP, method="qlora", double_quantisation=False))
    double = simulated(wide, replace(STEP, method="qlora"))
    assert plain.parameters == double.parameters == simulated(wide, STEP).parameters
    linear = 2 * (512 * (512 + 2 * 256 + 512) + 3 * 512 * 2048)
    rest = 2 * (2 * 1024 * 512 + 5 * 512)
    assert _part(plain, "weights") == pytest.approx(linear * (0.5 + 4 / 64) + rest, rel=0.01)
    assert _part(double, "weights") == pytest.approx(linear * (0.5 + 1 / 64 + 4 / 64 / 256) + rest, rel=0.02)


def test_upcasting_what_is_not_quantised_doubles_the_embeddings() -> None:
    step = replace(STEP, method="qlora", autocast=None, weights="fp16")
    before, after = simulated(LLAMA, step), simulated(LLAMA, replace(step, upcast=True))
    embeddings = 2 * 1024 * 64 * 2
    assert _part(after, "weights") - _part(before, "weights") == pytest.approx(embeddings, rel=0.02)


def test_recomputing_activations_saves_memory() -> None:
    step = replace(STEP, micro_batch=8, length=256, loss="cut")
    kept = simulated({**LLAMA, "num_hidden_layers": 6}, step)
    again = simulated({**LLAMA, "num_hidden_layers": 6}, replace(step, checkpointing=True))
    assert again.allocated < 0.6 * kept.allocated


def test_plain_attention_grows_with_the_square_of_the_length() -> None:
    config = {**LLAMA, "max_position_embeddings": 4096, "vocab_size": 64}
    fused = [simulated(config, replace(STEP, length=length)).allocated for length in (512, 1024)]
    plain = [simulated(config, replace(STEP, length=n, attention="eager")).allocated for n in (512, 1024)]
    assert (plain[1] - plain[0]) > 4 * (fused[1] - fused[0])


def test_shared_key_heads_without_flash_keep_one_matrix_of_weights_per_layer() -> None:
    # 4 query heads share 2 key heads: neither flash (16 bits alone) nor the other kernel does that.
    config = {**LLAMA, "max_position_embeddings": 4096, "vocab_size": 64}
    step = replace(STEP, method="full", weights="fp32", autocast=None, length=1024, loss="cut")
    matrix = step.micro_batch * 4 * 1024 * 1024 * 4
    for kernel, number in (("flash", "fp32"), ("efficient", "bf16")):
        trained = replace(step, attention=kernel, weights=number)
        shared = simulated(config, trained).allocated
        own = simulated({**config, "num_key_value_heads": 4}, trained).allocated
        assert shared - own > 2 * matrix, "two layers"
    halves = replace(step, weights="bf16", attention="flash")
    assert simulated(config, halves).allocated < 2 * matrix, "flash takes shared heads"
    assert simulated(config, replace(halves, attention="expanded")).allocated < 2 * matrix


def test_rows_of_unlike_length_cost_a_mask_in_every_layer() -> None:
    config = {**LLAMA, "num_hidden_layers": 6, "max_position_embeddings": 4096, "vocab_size": 64}
    step = replace(STEP, length=1024, loss="cut")
    whole, padded = (simulated(config, replace(step, padded=each)).allocated for each in (False, True))
    masks = 6 * step.micro_batch * 1024 * 1024 * 2
    copied = 6 * 2 * step.micro_batch * 1024 * 64 * 2
    assert masks < padded - whole < masks + 2 * copied
    odd = simulated(config, replace(step, padded=True, length=1021)).allocated
    assert odd > 0.9 * padded, "rows of a mask are rounded up to 16 bytes"


def test_stock_logits_dominate_where_tiles_do_not() -> None:
    wide = {**LLAMA, "vocab_size": 64000}
    step = replace(STEP, micro_batch=4, length=256)
    stock, tiled = simulated(wide, replace(step, loss="stock")), simulated(wide, step)
    assert _part(stock, "logits") >= 4 * 256 * 64000 * 8
    assert tiled.allocated < stock.allocated / 2


def test_softmax_of_fp16_is_one_kernel_and_its_backward_multiplies_first() -> None:
    # Worked by hand: at the peak of the backward live the widened result, its gradient, the product, and the
    # narrow gradient: 4 + 4 + 4 + 2 bytes for each pair of positions.
    config = {**LLAMA, "num_hidden_layers": 1, "num_key_value_heads": 4, "vocab_size": 64}
    step = replace(STEP, length=512, attention="eager", weights="fp16", autocast=None, adapter="fp16")
    pairs = 2 * 4 * 512 * 512
    recorded = record({**config, "max_position_embeddings": 512}, step).trace
    sizes = [size for size in recorded.sizes if size in (4 * pairs, 2 * pairs)]
    assert sizes.count(4 * pairs) == 2 * 3, "result, incoming gradient and product, in each of two steps"


def test_on_a_cpu_nothing_of_cuda_is_added() -> None:
    facts = simulated(LLAMA, replace(STEP, on_cpu=True, weights="fp32", autocast=None))
    assert _part(facts, "workspace") == 0
    assert facts.allocated == facts.reserved


def test_packing_makes_one_row_of_all() -> None:
    packed = simulated(LLAMA, replace(STEP, packing=True))
    assert packed.allocated == pytest.approx(simulated(LLAMA, STEP).allocated, rel=0.05)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model_type": "no_such_model"}, "does not know the architecture no_such_model"),
        ({"auto_map": {"AutoConfig": "x.Y"}}, "auto_map"),
        ({"num_hidden_layers": 10**9}, "impossible"),
        ({"num_hidden_layers": 5000}, "layers"),
        ({"hidden_size": -4}, "impossible"),
        ({"vocab_size": "many"}, "impossible"),
        ({"hidden_size": 65}, "65 numbers shared among 4 heads"),
    ],
)
def test_impossible_models_are_refused_in_one_line(change: dict[str, object], words: str) -> None:
    with pytest.raises(BadModel) as caught:
        simulated({**LLAMA, **change}, STEP)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_an_absurdly_long_sequence_is_refused() -> None:
    with pytest.raises(BadModel, match="more than any device"):
        simulated(LLAMA, replace(STEP, length=10**8))


def test_a_config_can_be_made_from_sizes_alone() -> None:
    shape = ModelShape(64, 2, 4, 2, 16, 128, 1024, True, 10**5, 10**5, 512)
    facts = simulated(config_of_shape("llama", shape), STEP)
    assert facts.parameters > facts.trained_parameters > 0
    with pytest.raises(BadModel, match="more than its sizes"):
        config_of_shape("mixtral", replace(shape, experts=8))


def test_nothing_is_left_replaced_in_torch() -> None:
    before = torch.nn.functional.scaled_dot_product_attention, torch.nn.functional.softmax
    simulated(LLAMA, STEP)
    assert (torch.nn.functional.scaled_dot_product_attention, torch.nn.functional.softmax) == before
