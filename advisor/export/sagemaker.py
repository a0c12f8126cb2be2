"""AWS SageMaker: the request of create_training_job, on managed spot machines."""

import json

from advisor.case import Case
from advisor.export.rented import launcher, note, options
from advisor.export.target import KEPT, Target, TextFile, Tune
from advisor.export.versions import known
from heuristics.planning.recipe import Offer

_FILE = "sagemaker.json"
_BUCKET = "REPLACE-WITH-YOUR-BUCKET"
_ROLE = "arn:aws:iam::000000000000:role/REPLACE-WITH-YOUR-ROLE"
_IMAGE = "000000000000.dkr.ecr.REPLACE-WITH-YOUR-REGION.amazonaws.com/pytorch-training:REPLACE"
_DISK_GB = 100
_DAY = 86_400
_INPUT = "/opt/ml/input/data/code"
_KEPT = "/opt/ml/checkpoints"
_ANY, _ANY_GPUS = "ml.g5.2xlarge", 1


def request(case: Case, tune: Tune) -> dict[str, object]:
    """The request under the names of SageMaker's API."""
    seconds = _seconds(case, _offer(tune))
    place = f"s3://{_BUCKET}/{tune.name}"
    return {
        "TrainingJobName": tune.name,
        "RoleArn": _ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": _IMAGE,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["bash", "-c"],
            "ContainerArguments": [_command(tune)],
        },
        "InputDataConfig": [
            {
                "ChannelName": "code",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": f"{place}/code/",
                        "S3DataDistributionType": "FullyReplicated",
                    }
                },
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"{place}/output/"},
        "CheckpointConfig": {"S3Uri": f"{place}/checkpoints/", "LocalPath": _KEPT},
        "ResourceConfig": {
            "InstanceType": instance(tune),
            "InstanceCount": 1,
            "VolumeSizeInGB": _DISK_GB,
        },
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {
            "MaxRuntimeInSeconds": seconds,
            "MaxWaitTimeInSeconds": min(28 * _DAY, 3 * seconds),
        },
    }


def instance(tune: Tune) -> str:
    """The SageMaker type of the cheapest fitting AWS machine that it offers."""
    offer = _offer(tune)
    return f"ml.{offer.instance}" if offer else _ANY


def _offer(tune: Tune) -> Offer | None:
    families = known().sagemaker.families
    own = (each for each in tune.offers if each.provider == "AWS")
    return next((each for each in own if each.instance.split(".")[0] in families), None)


def _seconds(case: Case, offer: Offer | None) -> int:
    """Longest run: twice the slowest expectation, at least an hour, at most five days."""
    planned = offer.hours.high * 3600 if offer else case.plan.full_time.high if case.plan else 0.0
    return round(min(5 * _DAY, max(3600.0, 2 * planned)))


def _command(tune: Tune) -> str:
    """Constant but for numbers and the model's place: no text from outside stands in it."""
    model = " --model_name_or_path ./model" if tune.local_model is not None else ""
    offer = _offer(tune)
    # The count stands here: SageMaker tells it only to its own entry point.
    start = " ".join(launcher(offer, str(offer.gpus if offer else _ANY_GPUS)))
    there = "".join(f" {word}" for word in options(tune, offer))
    return (
        f"cd {_INPUT} && python -m pip install -r requirements.txt && "
        f"{start} train.py --config trl.yaml --output_dir {_KEPT}/tuned{there}{model}"
    )


def _notes(tune: Tune) -> tuple[str, ...]:
    notes = [
        "Replace in sagemaker.json, and in the commands: the bucket, the role that SageMaker "
        "takes, and a PyTorch "
        "training image of your region.",
        "Job names must be new: change TrainingJobName to run it again.",
    ]
    offer = _offer(tune)
    notes.append(note(tune, offer) if offer else f"No fitting AWS machine is known: {_ANY} is only a guess.")
    return tuple(each for each in notes if each)


def _before(tune: Tune) -> tuple[tuple[str, ...], ...]:
    copied = (("cp", "-r", "--", tune.local_model, "model"),) if tune.local_model is not None else ()
    upload = ("aws", "s3", "cp", "--recursive", ".", f"s3://{_BUCKET}/{tune.name}/code/")
    left_out = (".venv/*", "env-*", "tuned*", KEPT)
    return (*copied, (*upload, *(word for each in left_out for word in ("--exclude", each))))


def _files(case: Case, tune: Tune) -> tuple[TextFile, ...]:
    return (TextFile(_FILE, json.dumps(request(case, tune), indent=2) + "\n"),)


TARGET = Target(
    name="sagemaker",
    title="AWS SageMaker training job",
    files=_files,
    run=("aws", "sagemaker", "create-training-job", "--cli-input-json", f"file://{_FILE}"),
    needs=("trl", "fsdp2"),
    sends_rows=True,
    before=_before,
    notes=_notes,
)
