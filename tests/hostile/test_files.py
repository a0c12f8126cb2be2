"""Models, data and settings made to run code, fill memory or hang: refused in words, never run."""

import bz2
import gzip
import json
import lzma
import os
import pickle
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.advisor.model_maker import CONFIG, make_model, safetensors
from tests.data_samples import question_rows, write_jsonl
from tests.fuzz.reading import CONTROL

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
Answers = dict[str, tuple[str, str, float]]


class _Runs:
    """What loading a pickle of it runs."""

    def __init__(self, canary: Path) -> None:
        self._command = f"touch {canary}"

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (self._command,)


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    """A file that appears when anything is run; there is none in the end."""
    path = tmp_path / "canary"
    yield path
    assert not path.exists()


def answers(kind: str, folder: Path) -> Answers:
    """What the program says to each file of a folder, with little memory and time."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.limited_child", kind, str(folder)],
        cwd=ROOT,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "ADVISOR_HOME": str(folder.parent / "home")},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said: Answers = json.loads(done.stdout)
    assert set(said) == {each.name for each in folder.iterdir()}
    odd = {name: answer for name, answer in said.items() if answer[0] not in ("opened", "refused")}
    assert not odd
    assert not [name for name, (_, words, _) in said.items() if CONTROL.search(words)]
    assert not [name for name, (kind_, words, _) in said.items() if kind_ == "refused" and "\n" in words]
    return said


def header(raw: bytes, length: int | None = None, tail: bytes = b"") -> bytes:
    """A weight file that begins with these bytes as its header."""
    return struct.pack("<Q", len(raw) if length is None else length) + raw + tail


def tensor(shape: object, end: object = 4, dtype: object = "F32", begin: object = 0) -> bytes:
    """The header of one tensor."""
    return json.dumps({"w": {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}}).encode()


def weight_files(evil: bytes) -> dict[str, bytes]:
    """Weight files that lie, each alone in a model's folder."""
    return {
        "header-of-2-to-60": header(b"{}", 1 << 60),
        "header-of-2-to-63": header(b"{}", (1 << 64) - 1),
        "header-empty": header(b""),
        "header-cut": b"\x00\x00",
        "header-deep": header(b'{"a":' * 200_000),
        "header-list": header(b"[1]"),
        "header-of-numbers": header(b"[" + b"1," * 4_000_000 + b"1]"),
        "header-with-long-number": header(
            b'{"w":{"dtype":"F32","shape":[' + b"9" * 5000 + b'],"data_offsets":[0,4]}}'
        ),
        "shape-of-a-million-sides": header(tensor([3] * 1_000_000), tail=bytes(64)),
        "shape-negative": header(tensor([-1]), tail=bytes(4)),
        "shape-of-text": header(tensor("4"), tail=bytes(4)),
        "shape-of-truth": header(tensor([True]), tail=bytes(4)),
        "shape-endless": header(tensor([1 << 62, 1 << 62]), tail=bytes(4)),
        "place-outside": header(tensor([1], 1 << 50), tail=bytes(4)),
        "place-backwards": header(tensor([1], 0, begin=4), tail=bytes(4)),
        "place-real": header(tensor([1], 4.0), tail=bytes(4)),
        "dtype-unknown": header(tensor([1], dtype="OBJECT"), tail=bytes(4)),
        "dtype-list": header(tensor([1], dtype=["F32"]), tail=bytes(4)),
        "name-of-codes": header(tensor([1]).replace(b'"w"', b'"\\u001b]52;c;eA==\\u0007"'), tail=bytes(4)),
        "pickle-by-name": evil,
        "pickle-behind": safetensors({"model.norm.weight": (100,)}) + evil,
    }


def test_weight_files_that_lie_are_refused_and_never_run(tmp_path: Path, canary: Path) -> None:
    models, evil = tmp_path / "models", pickle.dumps(_Runs(canary))
    files = weight_files(evil)
    for name, raw in files.items():
        (make_model(models / name, weights=False) / "model.safetensors").write_bytes(raw)
    said = answers("models", models)
    # The numbers of one tensor are all there; what lies behind them is never read.
    opened = {"pickle-behind", "name-of-codes", "header-empty"}
    for name in files.keys() - opened:
        assert said[name][0] == "refused", (name, said[name])
    assert max(seconds for _, _, seconds in said.values()) < 10


def configs() -> dict[str, object]:
    """Configurations that are absurd, or ask for code."""
    code = {"AutoModelForCausalLM": "theirs.Theirs", "AutoConfig": "theirs.Theirs"}
    return {
        "asks-for-code": {**CONFIG, "auto_map": code},
        "asks-for-code-of-another": {
            **CONFIG,
            "auto_map": {"AutoModel": "https://evil.example--theirs.Theirs"},
        },
        "asks-oddly-for-code": {**CONFIG, "auto_map": [["theirs.Theirs"]]},
        "type-of-a-path": {**CONFIG, "model_type": "../../theirs"},
        "type-of-codes": {**CONFIG, "model_type": "\x1b]52;c;eA==\x07"},
        "type-endless": {**CONFIG, "model_type": "x" * 3_000_000},
        "layers-1e9": {**CONFIG, "num_hidden_layers": 10**9},
        "layers-1e300": {**CONFIG, "num_hidden_layers": 1e300},
        "layers-nan": {**CONFIG, "num_hidden_layers": float("nan")},
        "layers-of-4000-digits": {**CONFIG, "num_hidden_layers": 10**4000},
        "layers-list": {**CONFIG, "num_hidden_layers": [2]},
        "layers-text": {**CONFIG, "num_hidden_layers": "2"},
        "layers-null": {**CONFIG, "num_hidden_layers": None},
        "hidden-0": {**CONFIG, "hidden_size": 0},
        "hidden-minus": {**CONFIG, "hidden_size": -16},
        "heads-more-than-width": {**CONFIG, "num_attention_heads": 10**6},
        "experts-1e9": {**CONFIG, "num_local_experts": 10**9, "num_experts_per_tok": 10**9},
        "experts-text": {**CONFIG, "num_local_experts": "8"},
        "context-minus": {**CONFIG, "max_position_embeddings": -1},
        "context-endless": {**CONFIG, "max_position_embeddings": 10**400},
        "architectures-of-numbers": {**CONFIG, "architectures": list(range(100_000))},
        "architectures-text": {**CONFIG, "architectures": "LlamaForCausalLM"},
        "text-config-list": {"model_type": "llama", "text_config": [CONFIG]},
        "text-config-of-itself": {
            "model_type": "llama",
            "text_config": {"text_config": {"text_config": CONFIG}},
        },
        "rope-endless": {**CONFIG, "rope_scaling": {"factor": 1e308, "type": "x" * 10_000}},
        "quantised-oddly": {**CONFIG, "quantization_config": {"quant_method": ["x"], "bits": -4}},
        "a-list": [CONFIG],
        "a-number": 7,
    }


ABSURD = ("layers-", "hidden-", "type-", "a-", "heads-")


def test_configurations_that_are_absurd_or_ask_for_code_are_refused(tmp_path: Path, canary: Path) -> None:
    models = tmp_path / "models"
    for name, config in configs().items():
        folder = make_model(models / name)
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "theirs.py").write_text(f"open({str(canary)!r}, 'w')\nclass Theirs: pass\n")
        (folder / "__init__.py").write_text(f"open({str(canary)!r}, 'w')\n")
    said = answers("models", models)
    for name in said:
        if name.startswith(ABSURD):
            assert said[name][0] == "refused", (name, said[name])
        if name.startswith("asks-"):
            assert "auto_map" in said[name][1]


def special_models(models: Path, evil: bytes) -> None:
    """Folders with links, pipes and devices where files should be."""

    def put(name: str, file: str, make: Callable[[Path], object], weights: bool = True) -> None:
        folder = make_model(models / name, weights=weights)
        (folder / file).unlink(missing_ok=True)
        make(folder / file)

    secret = models.parent / "secret"
    secret.write_text("s3cret")
    outside: dict[str, str] = {"a": "../../secret"}
    put("config-pipe", "config.json", os.mkfifo)
    put("config-device", "config.json", lambda path: path.symlink_to("/dev/zero"))
    put("config-loop", "config.json", lambda path: path.symlink_to(path))
    put("config-of-50-mb", "config.json", lambda path: path.write_bytes(b" " * 50_000_000 + b"{}"))
    put("config-deep", "config.json", lambda path: path.write_bytes(b'{"a":' * 500_000))
    put("tokenizer-config-pipe", "tokenizer_config.json", os.mkfifo)
    put("tokenizer-config-device", "tokenizer_config.json", lambda path: path.symlink_to("/dev/zero"))
    put("template-pipe", "chat_template.jinja", os.mkfifo)
    put("template-device", "chat_template.jinja", lambda path: path.symlink_to("/dev/urandom"))
    put("template-of-50-mb", "chat_template.jinja", lambda path: path.write_text("{{ x }}" * 8_000_000))
    put("readme-pipe", "README.md", os.mkfifo)
    put("readme-device", "README.md", lambda path: path.symlink_to("/dev/zero"))
    put(
        "readme-bomb",
        "README.md",
        lambda path: path.write_text("---\nlicense: " + "&a " * 100_000 + "\n---\n"),
    )
    put("weights-pipe", "model.safetensors", os.mkfifo)
    put("weights-device", "model.safetensors", lambda path: path.symlink_to("/dev/zero"))
    index = "model.safetensors.index.json"
    for name, files in {
        "index-escape": outside,
        "index-absolute": {"a": "/etc/passwd"},
        "index-backslash": {"a": "..\\secret"},
        "index-number": {"a": 7},
        "index-empty": {"a": ""},
    }.items():
        put(
            name,
            index,
            lambda path, files=files: path.write_text(json.dumps({"weight_map": files})),
            weights=False,
        )  # type: ignore[misc]
    put("index-pipe", index, os.mkfifo, weights=False)
    put("index-list", index, lambda path: path.write_text('{"weight_map": [["a"]]}'), weights=False)
    put("index-deep", index, lambda path: path.write_bytes(b"[" * 500_000), weights=False)
    for name in ("pytorch_model.bin", "model.pt", "model.ckpt", "weights.pkl"):
        put(f"only-{name}", name, lambda path: path.write_bytes(evil), weights=False)
    put("adapter-pickle", "adapter_config.json", lambda path: path.write_bytes(evil))


def test_links_pipes_and_pickles_in_a_model_are_refused_and_never_run(tmp_path: Path, canary: Path) -> None:
    models = tmp_path / "models"
    special_models(models, pickle.dumps(_Runs(canary)))
    said = answers("models", models)
    for name in said:
        if name.startswith(("config-", "index-", "only-", "weights-")):
            assert said[name][0] == "refused", (name, said[name])
        assert "s3cret" not in said[name][1]


def packed_files(data: Path) -> None:
    """Archives that unpack to far more than rows are."""
    rows = b"".join(json.dumps(each).encode() + b"\n" for each in question_rows(40))
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    with (data / "bomb.jsonl.gz").open("wb") as file:
        for _ in range(400):
            file.write(bomb.compress(b" " * (1 << 20)))
        file.write(bomb.flush())
    (data / "bomb-behind-rows.jsonl.gz").write_bytes(
        gzip.compress(rows) + (data / "bomb.jsonl.gz").read_bytes()
    )
    (data / "bomb-in-a-bomb.jsonl.gz").write_bytes(gzip.compress((data / "bomb.jsonl.gz").read_bytes()))
    (data / "bomb.xz").write_bytes(lzma.compress(b"a" * (200 << 20), preset=0))
    (data / "bomb.bz2").write_bytes(bz2.compress(b"a" * (200 << 20)))
    zstandard = pytest.importorskip("zstandard")
    (data / "bomb.zst").write_bytes(zstandard.ZstdCompressor().compress(b"a" * (300 << 20)))
    # A frame that asks for a window of two gigabytes.
    (data / "window.zst").write_bytes(b"\x28\xb5\x2f\xfd\x00\xa8" + b"\x01\x00\x00" * 9)


def endless_files(data: Path) -> None:
    """Rows that are deep, wide or long without measure."""
    rows = b"".join(json.dumps(each).encode() + b"\n" for each in question_rows(40))
    deep = 300_000
    (data / "deep.jsonl").write_bytes(rows + b'{"a":' * deep + b"1" + b"}" * deep + b"\n" + rows)
    (data / "deep.json").write_bytes(b"[" + b'{"a":' * deep + b"1" + b"}" * deep + b"]")
    (data / "brackets.json").write_bytes(b"[" * 3_000_000)
    (data / "many-keys.jsonl").write_bytes(
        json.dumps({f"k{n}": 0 for n in range(300_000)}).encode() + b"\n" + rows
    )
    (data / "long-number.jsonl").write_bytes(
        rows + b'{"question": ' + b"9" * 2_000_000 + b', "answer": "x"}\n'
    )
    (data / "long-number.json").write_bytes(b'[{"question": ' + b"9" * 200_000 + b', "answer": "x"}]')
    (data / "huge-line.jsonl").write_bytes(
        rows + b'{"question":"' + b"a" * (80 << 20) + b'","answer":"x"}\n' + rows
    )
    (data / "huge-cell.csv").write_bytes(b'question,answer\n"' + b"a" * (80 << 20) + b'",x\nb,c\n')
    (data / "many-columns.csv").write_bytes(
        b",".join(b"c%d" % n for n in range(200_000)) + b"\n" + b"," * 199_999
    )
    (data / "quotes.csv").write_bytes(b"question,answer\n" + b'"' * 3_000_001 + b"\n")


def binary_files(data: Path, canary: Path) -> None:
    """Pickles, containers that lie, and noise."""
    (data / "nothing-but-nul.jsonl").write_bytes(bytes(5_000_000))
    (data / "utf-16.jsonl").write_bytes(b"\xff\xfe" + b"\xd8\x00" * 500_000)
    (data / "pickle.jsonl").write_bytes(pickle.dumps(_Runs(canary)))
    (data / "pickle-of-old.jsonl").write_bytes(pickle.dumps(_Runs(canary), protocol=0))
    (data / "footer.parquet").write_bytes(b"PAR1" + bytes(40) + struct.pack("<I", 0xFFFFFFF0) + b"PAR1")
    (data / "noise.parquet").write_bytes(b"PAR1" + os.urandom(2000) + struct.pack("<I", 1900) + b"PAR1")
    (data / "message.arrow").write_bytes(b"\xff\xff\xff\xff" + struct.pack("<i", 0x7FFFFFFF) + bytes(64))
    (data / "footer.arrow").write_bytes(
        b"ARROW1\x00\x00" + bytes(40) + struct.pack("<i", 0x7FFFFFF0) + b"ARROW1"
    )


def special_files(data: Path, canary: Path) -> None:
    """Pipes, devices, links and folders."""
    os.mkfifo(data / "pipe.jsonl")
    (data / "device.jsonl").symlink_to("/dev/zero")
    (data / "terminal.jsonl").symlink_to("/dev/tty")
    (data / "loop.jsonl").symlink_to(data / "loop.jsonl")
    (data / "nowhere.jsonl").symlink_to(data / "gone")
    (data / "system.jsonl").symlink_to("/proc/self/environ")
    script = data / "with-a-script"
    script.mkdir()
    write_jsonl(script / "rows.jsonl", question_rows(20))
    (script / "rows.py").write_text(f"open({str(canary)!r}, 'w')")
    (script / "dataset_infos.json").write_text("[" * 100_000)
    outside = data / "shards-outside"
    outside.mkdir()
    (outside / "state.json").write_text('{"_data_files": [{"filename": "../../../etc/passwd"}]}')
    endless = data / "shards-deep"
    endless.mkdir()
    (endless / "state.json").write_text("[" * 200_000)


REFUSED = (
    *("bomb.jsonl.gz", "bomb-in-a-bomb.jsonl.gz", "bomb.zst", "window.zst", "brackets.json", "deep.json"),
    *(
        "nothing-but-nul.jsonl",
        "pickle.jsonl",
        "footer.parquet",
        "noise.parquet",
        "message.arrow",
        "footer.arrow",
    ),
    *("pipe.jsonl", "device.jsonl", "terminal.jsonl", "loop.jsonl", "nowhere.jsonl", "system.jsonl"),
    *("shards-outside", "shards-deep"),
)


def test_bombs_and_special_files_among_data_are_refused_or_read_in_bounds(
    tmp_path: Path, canary: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    packed_files(data)
    endless_files(data)
    binary_files(data, canary)
    special_files(data, canary)
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(data)
        server.bind("socket.jsonl")
        said = answers("data", data)
    for name in (*REFUSED, "socket.jsonl"):
        assert said[name][0] == "refused", (name, said[name])
    assert said["deep.jsonl"][1].startswith("80 usable, 1 malformed; 41: nested too deeply")
    assert said["huge-line.jsonl"][1].startswith("80 usable, 1 malformed")
    assert said["with-a-script"][1].startswith("20 usable")


def settings_files(folder: Path, canary: Path) -> None:
    """Cleaning plans, cases and tables of offers that no program should believe."""
    command = f"!!python/object/apply:os.system ['touch {canary}']\n"
    laughs = "a = &a ['x']\n" + "\n".join(f"a{n} = [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10))
    texts = {
        "python": command,
        "laughs": laughs,
        "deep": "a = " + "[" * 100_000,
        "deep-tables": "[" + ".".join(["a"] * 100_000) + "]",
        "deep-inline": "a = " + "{a=" * 20_000,
        "long-number": "a = " + "9" * 100_000,
        "long-hex": "a = 0x" + "f" * 1_000_000,
        "long-real": "a = 1e" + "9" * 4000,
        "date": "a = 9999-99-99",
        "twice": "a = 1\na = 2",
        "many": "".join(f"k{n} = 1\n" for n in range(100_000)),
        "nul": "a = '\x00'",
        "empty": "",
        "yaml": "fixes:\n  - labels\n",
        "json": '{"fixes": ["labels"]}',
    }
    for name, text in texts.items():
        (folder / f"plan-{name}.toml").write_text(text)
        (folder / f"case-{name}").mkdir()
        (folder / f"case-{name}" / "case.toml").write_text(text)
        (folder / f"offers-{name}.csv").write_text(text)
    for name, make in {
        "pipe": os.mkfifo,
        "device": lambda path: path.symlink_to("/dev/zero"),
        "noise": lambda path: path.symlink_to("/dev/urandom"),
        "loop": lambda path: path.symlink_to(path),
        "bytes": lambda path: path.write_bytes(b"\xff\xfe\x00\x01" * 100),
    }.items():
        make(folder / f"plan-{name}.toml")
        make(folder / f"offers-{name}.csv")
        (folder / f"case-{name}").mkdir()
        make(folder / f"case-{name}" / "case.toml")
    with (folder / "plan-endless.toml").open("wb") as file:
        file.truncate(1 << 36)


def test_settings_that_attack_their_reader_are_refused(tmp_path: Path, canary: Path) -> None:
    folder = tmp_path / "settings"
    folder.mkdir()
    settings_files(folder, canary)
    said = answers("settings", folder)
    opened = [name for name, (kind, _, _) in said.items() if kind != "refused"]
    assert opened == []
    assert max(seconds for _, _, seconds in said.values()) < 15
