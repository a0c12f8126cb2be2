"""What fitcheck-llm predicts, asked in its own environment: rows as JSON on stdin, bytes on stdout."""

import json
import sys

from fitcheck.config_parser import ModelConfig
from fitcheck.estimator import TrainingConfig, estimate
from fitcheck.gpu_db import get_gpu

MIB = 1 << 20
ITS_CONTEXT = 500.0
"""MiB that it adds for the CUDA context."""


def main() -> None:
    """Answer every row with tensors, reserved and process bytes, or null when it refuses."""
    answers: list[dict[str, float] | None] = []
    for row in json.load(sys.stdin):
        try:
            report = estimate(
                ModelConfig(**row["model"]), TrainingConfig(**row["training"]), get_gpu(row["gpu"])
            )
        except (ValueError, TypeError, KeyError, NotImplementedError):
            answers.append(None)
            continue
        answers.append(
            {
                "allocated": (report.total_mib - report.overhead_mib) * MIB,
                "reserved": (report.total_mib - ITS_CONTEXT) * MIB,
                "process": report.total_mib * MIB,
            }
        )
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
