"""RUN.md: the exact next commands, every value quoted for the shell."""

import shlex
from collections.abc import Iterable
from pathlib import Path

from advisor.case import Case
from advisor.export.requirements import required
from advisor.export.target import CONVERSATIONS, DATA, Target, TextFile, Tune
from advisor.text import one_line
from heuristics.words import passes, rows

_TEMPLATES = {
    "chat": "conversations; the trainer puts them into the model's own chat template",
    "plain": "prompts and answers in a plain Question/Answer layout, as the model has no chat template",
    "none": "raw text",
}
_TOKENS = {
    "answers": "only answer tokens are trained wherever a row has a prompt",
    "all": "all tokens are trained",
}
_OURS = ".venv"
_LEAVES = "You said that the data may not leave this machine: these commands send the rows to another one."


def run_md(case: Case, tune: Tune, folder: Path, targets: Iterable[Target]) -> TextFile:
    """What was exported, how sure the program is, and what to type next."""
    recipe = tune.recipe
    written = f"The rows in `{DATA}/` are {_TEMPLATES[recipe.template]}; {_TOKENS[recipe.trained_tokens]}."
    if recipe.template == "chat":
        written += f" `{CONVERSATIONS}/` holds the same rows as lists of turns."
    parts = [
        f"# {one_line(case.name, 80)}",
        _verdict(case),
        f"Every file holds the recipe of the full run: {recipe.method}, {rows(recipe.effective_batch)} "
        f"per step, {passes(recipe.epochs)} over {rows(tune.rows)}, "
        f"learning rate {recipe.learning_rate:.3g}, seed {recipe.seed}. {one_line(tune.rate_reason, 400)}",
        *_changes(tune),
        written,
        "Go to this folder:",
        _code(["cd", "--", str(folder)]),
    ]
    for target in targets:
        if target.run:
            parts += _section(target, tune, case.goal.data_may_leave)
    return TextFile("RUN.md", "\n\n".join(parts) + "\n")


def _changes(tune: Tune) -> list[str]:
    """In what the full run's recipe is not the pilot's."""
    if not tune.changes:
        return ["It is the pilot's recipe, as all training rows were in the pilot."]
    said = _points(f"{each.label}: {each.value}. {each.reason}" for each in tune.changes)
    return ["From the pilot's recipe it differs in:", said]


def _points(texts: Iterable[str]) -> str:
    return "\n".join(f"- {one_line(each, 400)}" for each in texts)


def _section(target: Target, tune: Tune, may_leave: bool) -> list[str]:
    warned = (_LEAVES,) if target.sends_rows and not may_leave else ()
    notes = _points((*warned, *target.notes(tune)))
    parts = [f"## {target.title}", *([notes] if notes else [])]
    commands = [*_install(target, tune), *(list(each) for each in target.before(tune))]
    commands.append([*target.run, *target.options(tune)])
    return [*parts, _code(*commands)]


def _install(target: Target, tune: Tune) -> list[list[str]]:
    """Into the environment of the pilot's versions, or one of its own where the tool pins others."""
    folder = target.environment or _OURS
    made = [["python3", "-m", "venv", folder], [".", f"{folder}/bin/activate"]]
    packages = (
        required(target.packages, tune, own_quantisation=target.own_quantisation) if target.packages else []
    )
    wanted = [["python", "-m", "pip", "install", *packages]] if packages else []
    if target.needs and not target.environment:
        wanted.insert(0, ["python", "-m", "pip", "install", "-r", "requirements.txt"])
    return [*made, *wanted] if wanted else []


def _verdict(case: Case) -> str:
    if case.verdict is None:
        return "There is no verdict yet: no pilot has shown that this training helps."
    doubt = "" if case.verdict.ready else " The evidence does not speak for the full run."
    return f"Verdict: {one_line(case.verdict.sentence, 400)}{doubt}"


def _code(*commands: list[str]) -> str:
    return "\n".join(f"    {' '.join(map(_word, words))}" for words in commands)


def _word(word: str) -> str:
    """The word for the shell on one line: a line break inside would end the block that it stands in."""
    if word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(_escaped(each) for each in word) + "'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if character.isprintable():
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))
