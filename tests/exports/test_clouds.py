"""The clouds' own libraries read what is exported for them."""

import json
from pathlib import Path

import pytest
import yaml

from tests.exports.exported import export

pytestmark = pytest.mark.exports


def test_skypilot_reads_its_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    sky = pytest.importorskip("sky")
    made = export(tmp_path, "chat")
    monkeypatch.chdir(made.folder)
    config = yaml.safe_load((made.folder / "sky.yaml").read_text())
    storage = config["file_mounts"].pop("/checkpoints")
    task = sky.Task.from_yaml_config(config)
    assert storage["mode"] == "MOUNT"
    assert "train.py" in task.run
    assert "requirements.txt" in task.setup
    resources = next(iter(task.resources))
    assert resources.use_spot
    assert resources.accelerators == {"A100-80GB": 1}
    assert task.file_mounts["/model"] == made.model.path


def test_sagemaker_validates_its_request(tmp_path: Path) -> None:
    pytest.importorskip("botocore")
    from botocore.loaders import Loader
    from botocore.model import ServiceModel
    from botocore.validate import ParamValidator

    made = export(tmp_path, "chat")
    model = ServiceModel(Loader().load_service_model("sagemaker", "service-2"))
    request = json.loads((made.folder / "sagemaker.json").read_text())
    shape = model.operation_model("CreateTrainingJob").input_shape
    report = ParamValidator().validate(request, shape)
    assert not report.has_errors(), report.generate_report()
    assert request["ResourceConfig"]["InstanceType"] in model.shape_for("TrainingInstanceType").enum


def test_vertex_parses_its_job(tmp_path: Path) -> None:
    pytest.importorskip("google.cloud.aiplatform_v1")
    from google.cloud.aiplatform_v1.types import CustomJobSpec
    from google.protobuf import json_format

    made = export(tmp_path, "chat")
    config = yaml.safe_load((made.folder / "vertex.yaml").read_text())
    message = CustomJobSpec.pb(CustomJobSpec())
    json_format.ParseDict(config, message)
    spec = CustomJobSpec.wrap(message)
    pool = spec.worker_pool_specs[0]
    assert pool.machine_spec.accelerator_type.name == "NVIDIA_L4"
    assert pool.container_spec.command == ["bash", "-c"]
    assert spec.scheduling.strategy.name == "SPOT"
    assert spec.scheduling.timeout.total_seconds() >= 3600
