"""RUN.md: the exact next commands, every value quoted for the shell."""

import shlex
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from advisor.case import Case
from advisor.export.target import DATA, Target, TextFile, Tune
from advisor.text import one_line

_TEMPLATES = {
    "chat": "conversations; the trainer puts them into the model's own chat template",
    "plain": "prompts and answers in a plain Question/Answer layout, as the model has no chat template",
    "none": "raw text",
}
_TOKENS = {
    "answers": "only answer tokens are trained wherever a row has a prompt",
    "all": "all tokens are trained",
}


def run_md(case: Case, tune: Tune, folder: Path, targets: Iterable[Target]) -> TextFile:
    """What was exported, how sure the program is, and what to type next."""
    runnable = [each for each in targets if each.run]
    parts = [
        f"# {one_line(case.name, 80)}",
        _verdict(case),
        f"The rows in `{DATA}/` are {_TEMPLATES[tune.recipe.template]}; "
        f"{_TOKENS[tune.recipe.trained_tokens]}.",
        "Go to this folder and install what the pilot ran with:",
        _code(["cd", "--", str(folder)], _install(tune, runnable)),
    ]
    for target in runnable:
        parts += [f"## {target.title}", _code(list(target.run))]
    return TextFile("RUN.md", "\n\n".join(parts) + "\n")


def _verdict(case: Case) -> str:
    if case.verdict is None:
        return "There is no verdict yet: no pilot has shown that this training helps."
    doubt = "" if case.verdict.ready else " The evidence does not speak for the full run."
    return f"Verdict: {case.verdict.decision}. {one_line(case.verdict.headline, 300)}.{doubt}".replace(
        "..", "."
    )


def _install(tune: Tune, targets: Sequence[Target]) -> list[str]:
    names = dict.fromkeys(name for target in targets for name in target.packages)
    if tune.recipe.method == "qlora":
        names["bitsandbytes"] = None
    return ["python3", "-m", "pip", "install", *(_pinned(name) for name in names)]


def _pinned(name: str) -> str:
    """The version that this program ran with; without its local part, which no package index has."""
    try:
        return f"{name}=={version(name).split('+')[0]}"
    except PackageNotFoundError:
        return name


def _code(*commands: list[str]) -> str:
    return "\n".join(f"    {shlex.join(words)}" for words in commands)
