"""What an installation can do, and what would add the rest."""

import json
import sys
from importlib import metadata
from pathlib import Path

import pytest

from advisor import doctor
from advisor.cli.main import main
from advisor.doctor import Remark, examine


def of(found: tuple[Remark, ...], words: str) -> Remark:
    return next(each for each in found if words in each.what)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Versions by name; a name that is not there is not installed."""
    versions = {"torch": "2.13.0+cpu", "trl": "1.16.0", "bitsandbytes": "0.50.2"}

    def version(name: str) -> str:
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    declared = [
        "torch<2.14,>=2.6",
        "trl>=1.16",
        "bitsandbytes>=0.48; extra == 'qlora'",
        "wandb>=0.19; extra == 'wandb'",
    ]
    monkeypatch.setattr(doctor, "version", version)
    monkeypatch.setattr(doctor, "requires", lambda _: declared)
    return versions


def test_a_missing_feature_is_named_with_the_command_that_adds_it(installed: dict[str, str]) -> None:
    found = examine()
    assert of(found, "bitsandbytes").state == "ok"
    missing = of(found, "wandb")
    assert (missing.state, missing.needed_for) == ("missing", "metrics to Weights & Biases")
    assert missing.do == f"{sys.executable} -m pip install 'wandb>=0.19'"
    assert of(found, "2 packages that are always needed").state == "ok"


def test_a_package_that_is_too_old_is_missing(installed: dict[str, str]) -> None:
    installed["trl"] = "0.9.0"
    old = of(examine(), "trl 0.9.0")
    assert (old.state, old.needed_for) == ("missing", "everything")
    assert "trl>=1.16" in old.do


def test_a_cpu_build_beside_an_nvidia_driver_is_told(installed: dict[str, str], tmp_path: Path) -> None:
    driver = tmp_path / "version"
    driver.write_text("NVRM version")
    (found,) = doctor._device(driver)
    assert (found.state, found.needed_for) == ("missing", "training on the GPU")
    installed["torch"] = "2.13.0+cu128"
    (found,) = doctor._device(driver)
    assert found.state == "ok"


def test_a_home_that_cannot_be_written_to_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "ADVISOR_HOME" in of(examine(), "cannot be written to").do


def test_a_token_is_never_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_canary_0123")
    assert main(["doctor"]) in (0, 1)
    assert "canary" not in capsys.readouterr().out


def test_a_locale_without_unicode_is_told() -> None:
    assert of(examine({"LC_ALL": "C", "TERM": "xterm"}), "ASCII").state == "note"


def test_the_answer_can_be_read_by_programs(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert {"state", "what", "needed_for", "do"} == set(found[0])
