"""The bundled demo: its files are what their generators say, and the defects are where the list says."""

import json
import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from advisor.case import Case, load
from advisor.work.demo.dataset import DATA, DEFECTS, KINDS, make_lines, write_dataset
from advisor.work.demo.documents import Library, encode, plain_texts, write_library
from advisor.work.demo.grammar import alike, words_in_runs
from advisor.work.demo.learning import train
from advisor.work.demo.pretrain import build, perplexity, scores
from advisor.work.demo.recipe import read_settings
from advisor.work.demo.tokenizer import train_tokenizer
from advisor.work.demo.world import demo_folder, read_world
from advisor.work.pilot.settings import general_text
from heuristics.planning.knobs import Knobs
from heuristics.verdict.decision import Decision

FOLDER = demo_folder()
MODEL = FOLDER / "model"


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return (FOLDER / DATA).read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def defects() -> dict:
    return json.loads((FOLDER / DEFECTS).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(MODEL, local_files_only=True)


@pytest.fixture(scope="module")
def model():
    return AutoModelForCausalLM.from_pretrained(MODEL, local_files_only=True).eval()


@pytest.fixture(scope="module")
def library() -> Library:
    """The held-out texts, and the first of the training documents."""
    return write_library(read_settings().reading.model_copy(update={"documents": 4000}))


def content(line: str, role: str) -> str:
    return next(turn["content"] for turn in json.loads(line)["messages"] if turn["role"] == role)


def well_formed(lines: list[str], defects: dict) -> dict[int, str]:
    broken = {record["line"] for record in defects["malformed"]}
    return {at: line for at, line in enumerate(lines, start=1) if at not in broken}


def luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def test_the_generator_writes_the_committed_files_byte_for_byte(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    for name in (DATA, DEFECTS):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


def test_more_than_500_rows_are_left_when_every_planted_row_is_dropped(
    lines: list[str], defects: dict
) -> None:
    assert defects["lines"] == len(lines)
    planted = {record["line"] for kind in KINDS for record in defects[kind]}
    assert len(lines) - len(planted) > 500
    assert len(defects["malformed"]) / len(lines) < 0.01


def test_every_kind_of_defect_is_planted_once_per_line_at_most(defects: dict) -> None:
    numbers = [record["line"] for kind in KINDS for record in defects[kind]]
    assert all(defects[kind] for kind in KINDS)
    assert len(numbers) == len(set(numbers))


def test_the_malformed_lines_and_no_others_fail_to_parse(lines: list[str], defects: dict) -> None:
    def parses(line: str) -> bool:
        try:
            json.loads(line)
        except json.JSONDecodeError:
            return False
        return True

    failing = [at for at, line in enumerate(lines, start=1) if not parses(line)]
    assert failing == [record["line"] for record in defects["malformed"]]


def test_the_exact_duplicates_are_all_the_repeated_lines(lines: list[str], defects: dict) -> None:
    first: dict[str, int] = {}
    repeated = []
    for at, line in enumerate(lines, start=1):
        if first.setdefault(line, at) != at:
            repeated.append({"line": at, "of": first[line]})
    assert repeated == defects["exact_duplicates"]


def test_the_near_duplicates_are_all_the_pairs_that_are_much_alike(lines: list[str], defects: dict) -> None:
    runs = {at: words_in_runs(line, 3) for at, line in well_formed(lines, defects).items()}
    copies = {record["line"] for record in defects["exact_duplicates"]}
    kept = {at: found for at, found in runs.items() if at not in copies}
    pairs = [(a, b) for a, b in combinations(kept, 2) if alike(kept[a], kept[b]) >= 0.5]
    planted = sorted((record["of"], record["line"]) for record in defects["near_duplicates"])
    assert sorted(pairs) == planted
    for record in defects["near_duplicates"]:
        assert content(lines[record["of"] - 1], "assistant") == content(
            lines[record["line"] - 1], "assistant"
        )


def test_the_empty_answers_are_all_the_blank_ones(lines: list[str], defects: dict) -> None:
    blank = [at for at, line in well_formed(lines, defects).items() if not content(line, "assistant").strip()]
    assert blank == [record["line"] for record in defects["empty_answers"]]


def test_the_mojibake_is_in_its_lines_only_and_decodes_to_what_was_meant(
    lines: list[str], defects: dict
) -> None:
    broken = [at for at, line in well_formed(lines, defects).items() if "â€" in line or "Ã" in line]
    assert broken == [record["line"] for record in defects["mojibake"]]
    for record in defects["mojibake"]:
        assert record["found"] in content(lines[record["line"] - 1], "user")
        assert record["found"].encode("cp1252").decode("utf-8") == record["should_be"]


def test_the_personal_data_are_reserved_values_and_in_their_lines_only(
    lines: list[str], defects: dict
) -> None:
    reserved = {
        "email": r"[a-z.]+@example\.(com|org|net)",
        "phone": r".*555-01\d\d|.*555 01\d\d",
        "card": r"\d{4}([ -]\d{4}){3}",
        "ip": r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,2}",
    }
    assert {record["type"] for record in defects["pii"]} == set(reserved)
    for record in defects["pii"]:
        assert record["value"] in content(lines[record["line"] - 1], "user")
        assert re.fullmatch(reserved[record["type"]], record["value"])
        if record["type"] == "card":
            assert luhn(re.sub(r"\D", "", record["value"]))
    personal = re.compile(r"@|\b555\b|\d{4}[ -]\d{4}|\d+\.\d+\.\d+\.\d+")
    found = [at for at, line in well_formed(lines, defects).items() if personal.search(content(line, "user"))]
    assert found == [record["line"] for record in defects["pii"]]


def test_the_label_variants_are_all_the_labels_outside_the_lists(lines: list[str], defects: dict) -> None:
    world = read_world()
    known = {"queue": world.issues, "priority": world.urgency, "product": world.products}
    strange = []
    for at, line in well_formed(lines, defects).items():
        for part in (
            content(line, "assistant").strip("\n ").split("\n") if content(line, "assistant").strip() else []
        ):
            name, label = part.split(": ")
            if label not in known[name]:
                strange.append((at, name, label))
    planted = [(record["line"], record["field"], record["found"]) for record in defects["label_variants"]]
    assert strange == planted


def test_the_pronouns_follow_the_roles_in_the_lines_that_are_listed(lines: list[str], defects: dict) -> None:
    for record in defects["gender_by_role"]:
        said = [
            part
            for part in re.split(r"(?<=[.?]) ", content(lines[record["line"] - 1], "user"))
            if record["role"] in part
        ]
        assert any(re.search(rf"\b{record['pronoun']}\b", part) for part in said)
    roles = read_world().roles
    counts = defects["pronouns_by_role"]
    he = {
        kind: sum(counts[role]["he"] for role in roles[kind])
        for kind in ("mostly_he", "mostly_she", "balanced")
    }
    all_of = {kind: sum(sum(counts[role].values()) for role in roles[kind]) for kind in he}
    assert he["mostly_he"] > 0.85 * all_of["mostly_he"]
    assert he["mostly_she"] < 0.15 * all_of["mostly_she"]
    assert 0.35 < he["balanced"] / all_of["balanced"] < 0.65
    assert min(all_of.values()) > 60


def test_every_label_comes_often_enough_to_be_learned() -> None:
    clean = [line.ticket for line in make_lines() if not line.kind]
    for name in ("queue", "priority", "product"):
        labels = [getattr(ticket, name) for ticket in clean]
        assert min(labels.count(label) for label in set(labels)) > 60


def test_the_model_loads_offline_in_32_bits_and_is_small(model) -> None:
    assert model.dtype == torch.float32
    assert model.num_parameters() <= 1_500_000
    assert model.config.model_type == "llama"


def test_the_model_folder_holds_no_pickle_and_the_demo_is_under_8_megabytes() -> None:
    found = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert not [path.name for path in found if path.suffix in {".bin", ".pt", ".pth", ".pkl", ".py"}]
    assert sum(path.stat().st_size for path in found) < 8_000_000


@pytest.mark.slow
def test_the_held_out_perplexities_are_the_recorded_ones(model, tokenizer, library: Library) -> None:
    report = json.loads((MODEL / "training.json").read_text(encoding="utf-8"))
    measured = scores(model, tokenizer, library)
    assert measured == pytest.approx(report["heldout_perplexity"], rel=0.01)
    untrained = report["heldout_perplexity_untrained"]
    assert all(measured[kind] < untrained[kind] / 50 for kind in measured)
    assert (FOLDER / "probe.txt").read_text(encoding="utf-8").splitlines() == library.shop


def test_the_base_reads_general_text_better_than_chance(model, tokenizer) -> None:
    texts = general_text()
    assert perplexity(model, tokenizer, texts) < model.config.vocab_size / 4


def test_the_pretraining_text_holds_no_row_of_the_data_set_and_no_held_out_text(
    lines: list[str], defects: dict, library: Library
) -> None:
    read = {text for text in library.documents if isinstance(text, str)}
    said = {turn["content"] for each in library.documents if not isinstance(each, str) for turn in each}
    rows = well_formed(lines, defects).values()
    assert not read & {*library.shop, *library.everyday}
    assert not said & {content(line, role) for line in rows for role in ("system", "user", "assistant")}
    general = set(general_text())
    assert not [text for text in (*read, *said) if any(line in text for line in general)]


def test_no_answer_in_the_pretraining_says_what_the_task_asks_for(library: Library) -> None:
    """Label words are handed out by chance in dialogues: none is what a letter is, and none is a triage."""
    world = read_world()
    labels = {"queue": set(world.issues), "priority": set(world.urgency)}
    dialogues = [each for each in library.documents if not isinstance(each, str)]
    said = [(turn["content"], each) for each in dialogues for turn in each if turn["role"] == "assistant"]
    assert not [text for text, _ in said if {"queue", "priority", "product"} <= set(re.findall(r"\w+", text))]
    for field, words in labels.items():
        paired = re.compile(rf"\b{field}\b\W*\b({'|'.join(words)})\b")
        for text, dialogue in said:
            told = " ".join(turn["content"] for turn in dialogue if turn["role"] != "assistant")
            assert all(label in told for label in paired.findall(text)), "only copied from a card"
    instructions = [turn["content"] for each in dialogues for turn in each if turn["role"] != "assistant"]
    assert not [text for text in instructions if re.search(r"\btriage\b", text, re.IGNORECASE)]


def test_the_chat_template_marks_the_answer_and_its_end_for_training(tokenizer, lines: list[str]) -> None:
    messages = json.loads(lines[0])["messages"]
    text = tokenizer.apply_chat_template(messages, tokenize=False)
    assert text.startswith("<|begin|><|im_start|>system\n")
    prompt = tokenizer.apply_chat_template(messages[:-1], tokenize=False, add_generation_prompt=True)
    assert text.startswith(prompt)
    marked = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
    answer = [
        token for token, mine in zip(marked["input_ids"], marked["assistant_masks"], strict=True) if mine
    ]
    assert tokenizer.decode(answer) == messages[-1]["content"] + tokenizer.eos_token


def test_the_tokenizer_gives_back_any_text(tokenizer) -> None:
    for text in ("Königstraße 12,\n\tcafé  ☕ don’t", "queue: billing\npriority: high", "日本語 \u202e x"):
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_every_row_is_short_enough_for_a_fast_pilot(tokenizer, lines: list[str], defects: dict) -> None:
    rows = [json.loads(line)["messages"] for line in well_formed(lines, defects).values()]
    lengths = [len(tokenizer.apply_chat_template(row)["input_ids"]) for row in rows]
    assert max(lengths) <= 160


def test_the_base_follows_instructions_but_does_not_triage(model, tokenizer, lines: list[str]) -> None:
    def answer(system: str, user: str) -> str:
        turns = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        ids = tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        made = model.generate(**ids, max_new_tokens=24, do_sample=False)
        return tokenizer.decode(made[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)

    letter = "Hello, The depot still has my modem. Regards, Nils"
    assert "router" in answer("Name the thing.", letter)
    assert "Nils" in answer("Name the sender.", letter)
    assert "queue:" not in answer("Triage the ticket.", content(lines[0], "user"))


def test_a_pretraining_goes_on_from_its_checkpoint_to_the_same_weights(tmp_path: Path) -> None:
    settings = read_settings()
    few = settings.reading.model_copy(update={"documents": 40, "heldout": 2})
    documents = write_library(few).documents
    words = train_tokenizer(plain_texts(documents), 300, 64)
    encoded = encode(documents, words, 64)
    shape = settings.model.model_copy(update={"vocab_size": 300, "hidden_size": 16, "intermediate_size": 16})
    plan = settings.learning.model_copy(update={"steps": 8, "tokens_per_step": 256, "save_every": 4})

    def trained(*stops: int) -> dict[str, torch.Tensor]:
        state = tmp_path / f"{len(stops)}.state"
        for stop in (*stops, None):
            torch.manual_seed(1)
            model = build(words, shape)
            train(model, encoded, plan, 3, state, lambda _: None, stop)
        return model.state_dict()

    whole, resumed = trained(), trained(4)
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Case]:
    """`advisor demo` without a terminal, as a user runs it: its exit code, and the case it leaves."""
    home = tmp_path_factory.mktemp("home")
    case = home / "case"
    # One thread, and time enough to drop nothing: the tests may share the machine.
    environment = {**os.environ, "ADVISOR_HOME": str(home), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "screens.start",
            "demo",
            "--headless",
            "--case",
            str(case),
            "--seed",
            "17",
            "--minutes",
            "6",
        ],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    return done.returncode, load(case)


@pytest.mark.slow
def test_the_demo_ends_ready_because_the_tuned_model_answers_rows_that_the_base_does_not(
    journey: tuple[int, Case],
) -> None:
    code, case = journey
    assert case.verdict is not None and case.pilot is not None
    assert case.verdict.decision is Decision.SCALE_UP
    assert code == 0
    assert case.goal.metric == "exact_match"
    before, after = case.pilot.score("base", "test"), case.pilot.score("tuned", "test")
    assert before is not None and after is not None
    assert before.exact_match is not None and after.exact_match is not None
    assert before.exact_match <= 0.05
    assert after.exact_match >= before.exact_match + 0.12


@pytest.mark.slow
def test_the_demo_tells_the_task_from_its_form_and_shows_what_is_forgotten(journey: tuple[int, Case]) -> None:
    pilot = journey[1].pilot
    assert pilot is not None
    task, form = pilot.gain("task"), pilot.gain("format")
    assert task is not None and form is not None
    assert task.estimate.low > 0.03
    assert form.estimate.low > 0
    base, tuned = pilot.score("base", "general"), pilot.score("tuned", "general")
    assert base is not None and tuned is not None
    assert base.loss < 5.5
    assert pilot.forgetting is not None


@pytest.mark.slow
def test_the_demo_trains_the_ladder_at_the_rate_that_it_measured(journey: tuple[int, Case]) -> None:
    case = journey[1]
    assert case.plan is not None and case.pilot is not None and case.pilot.rate is not None
    assert case.knobs == Knobs(seed=17)
    ladder = [run for run in case.pilot.runs if run.phase == "ladder"]
    # Carried over to the steps of each size.
    assert all(0.5 < run.learning_rate / case.pilot.rate.best < 2 for run in ladder)
    assert len({run.samples for run in ladder}) == 4
    assert not [each for each in case.pilot.alarms if each.run.startswith("ladder") and each.kind == "nan"]
