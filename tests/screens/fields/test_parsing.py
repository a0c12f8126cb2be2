"""What a person types becomes a value, or words that say what would be right."""

import pytest

from advisor.errors import BadInput
from heuristics.planning.knobs import Knobs
from screens.fields.knobs import SETTINGS, knob_field
from screens.fields.parsing import one_of, real, whole, yes_or_no
from tests.screens.sample_case import filled


def test_numbers_may_have_thousands_separated() -> None:
    assert whole("1,024", 1, 5000) == 1024


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "-1", "1e99"])
def test_what_is_no_number_in_range_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        real(text, 0, 10)


def test_a_broken_whole_number_is_refused() -> None:
    with pytest.raises(BadInput):
        whole("1.5", 1, 10)


def test_yes_and_no_have_several_spellings() -> None:
    assert yes_or_no("Y") and not yes_or_no("off")
    with pytest.raises(BadInput):
        yes_or_no("maybe")


def test_only_known_words_are_taken() -> None:
    assert one_of(" LoRA ", ("full", "lora")) == "lora"
    with pytest.raises(BadInput):
        one_of("qora", ("full", "lora"))


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_can_be_given_back_to_the_plan(setting: str, tmp_path: object) -> None:
    field = knob_field(setting, Knobs())
    assert field is not None
    case = field.apply(filled(tmp_path), "")  # type: ignore[arg-type]
    assert getattr(case.knobs, setting) is None


def test_settings_cover_every_knob() -> None:
    assert set(SETTINGS) == set(Knobs.__dataclass_fields__)
