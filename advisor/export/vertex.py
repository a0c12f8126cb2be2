"""Google Vertex AI: the specification of a custom job, on spot machines."""

from advisor.case import Case
from advisor.export.headline import head
from advisor.export.rented import launcher, note, options
from advisor.export.target import Target, TextFile, Tune
from advisor.export.versions import known
from heuristics.planning.recipe import Offer

_FILE = "vertex.yaml"
_BUCKET = "REPLACE-WITH-YOUR-BUCKET"
_REGION = "us-central1"
_ANY = ("g2-standard-8", "NVIDIA_L4", 1)
_DAY = 86_400


def specification(case: Case, tune: Tune) -> dict[str, object]:
    """The CustomJobSpec as `gcloud ai custom-jobs create --config` reads it."""
    offer = _offer(tune)
    names = known().vertex.accelerators
    machine, gpu, count = (offer.instance, names[offer.gpu], offer.gpus) if offer else _ANY
    return {
        "workerPoolSpecs": [
            {
                "machineSpec": {"machineType": machine, "acceleratorType": gpu, "acceleratorCount": count},
                "replicaCount": "1",
                "containerSpec": {
                    "imageUri": known().images.training,
                    "command": ["bash", "-c"],
                    "args": [_command(tune, offer, count)],
                },
            }
        ],
        "scheduling": {
            "strategy": "SPOT",
            "restartJobOnWorkerRestart": True,
            "timeout": f"{_seconds(case, offer)}s",
        },
        "baseOutputDirectory": {"outputUriPrefix": f"gs://{_BUCKET}/{tune.name}"},
    }


def _offer(tune: Tune) -> Offer | None:
    names = known().vertex.accelerators
    return next((each for each in tune.offers if each.provider == "GCP" and each.gpu in names), None)


def _seconds(case: Case, offer: Offer | None) -> int:
    """Longest run: twice the slowest expectation, at least an hour, at most a week."""
    planned = offer.hours.high * 3600 if offer else case.plan.full_time.high if case.plan else 0.0
    return round(min(7 * _DAY, max(3600.0, 2 * planned)))


def _command(tune: Tune, offer: Offer | None, gpus: int) -> str:
    """The case's name is letters, digits and dashes; nothing else from outside stands in it."""
    place = f"/gcs/{_BUCKET}/{tune.name}"
    model = " --model_name_or_path ./model" if tune.local_model is not None else ""
    start, there = " ".join(launcher(offer, str(gpus))), "".join(f" {each}" for each in options(tune, offer))
    return (
        f"cd {place}/code && python -m pip install -r requirements.txt && {start} "
        f"train.py --config trl.yaml --output_dir {place}/tuned{there}{model}"
    )


def _notes(tune: Tune) -> tuple[str, ...]:
    notes = [
        "Replace the bucket in vertex.yaml and in the commands; Vertex AI shows it to the job below /gcs.",
        "A spot machine that is taken away is replaced; the run goes on from the newest checkpoint.",
    ]
    offer = _offer(tune)
    notes.append(
        note(tune, offer) if offer else f"No fitting Google machine is known: {_ANY[0]} is only a guess."
    )
    return tuple(each for each in notes if each)


def _before(tune: Tune) -> tuple[tuple[str, ...], ...]:
    copied = (("cp", "-r", "--", tune.local_model, "model"),) if tune.local_model is not None else ()
    upload = ("gcloud", "storage", "rsync", "--recursive", ".", f"gs://{_BUCKET}/{tune.name}/code")
    return (*copied, (*upload, r"--exclude=^(\.venv|env-[^/]*|tuned[^/]*)/|^.*\.bak[0-9]+(/.*)?$"))


def _files(case: Case, tune: Tune) -> tuple[TextFile, ...]:
    import yaml

    first = head("gcloud ai custom-jobs create --config=vertex.yaml", tune, _notes(tune))
    return (TextFile(_FILE, first + yaml.safe_dump(specification(case, tune), sort_keys=False)),)


TARGET = Target(
    name="vertex",
    title="Google Vertex AI custom job",
    files=_files,
    run=(
        *("gcloud", "ai", "custom-jobs", "create", f"--region={_REGION}"),
        *("--display-name=fine-tune", f"--config={_FILE}"),
    ),
    needs=("trl", "fsdp2"),
    sends_rows=True,
    before=_before,
    notes=_notes,
)
