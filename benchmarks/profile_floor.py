"""What any profile of a file must do at least: parse it and hash its words, or parse and tokenise it."""

import argparse
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import orjson
import xxhash
from tokenizers import Tokenizer

_BATCH = 1_000


def lines_between(path: Path, start: int, end: int) -> list[bytes]:
    """The lines that begin in a range of bytes."""
    with path.open("rb") as file:
        file.seek(max(0, start - 1))
        if start:
            file.readline()
        lines = []
        while file.tell() < end and (line := file.readline()):
            lines.append(line)
    return lines


def parse_and_hash(path: Path, start: int, end: int) -> int:
    """Parse the lines and hash each of their words once; gives the number of words."""
    digest, count = xxhash.xxh3_64_intdigest, 0
    for row in _parsed(lines_between(path, start, end)):
        for value in row.values():
            for word in value.encode().lower().split():
                digest(word)
                count += 1
    return count


def tokenise(path: Path, tokenizer: Path, most: int) -> tuple[int, int, float]:
    """Rows, tokens and seconds to parse and tokenise the first rows with the library's own threads."""
    loaded = Tokenizer.from_file(str(tokenizer))
    lines = lines_between(path, 0, path.stat().st_size)[:most] if most else lines_between(path, 0, 1 << 62)
    began = time.perf_counter()
    rows = tokens = 0
    waiting: list[str] = []
    for row in _parsed(lines):
        rows += 1
        waiting.append("\n".join(row.values()))
        if len(waiting) == _BATCH:
            tokens += sum(map(len, loaded.encode_batch_fast(waiting)))
            waiting = []
    tokens += sum(map(len, loaded.encode_batch_fast(waiting)))
    return rows, tokens, time.perf_counter() - began


def _parsed(lines: list[bytes]) -> "list[dict[str, str]]":
    rows = []
    for line in lines:
        try:
            rows.append(orjson.loads(line))
        except orjson.JSONDecodeError:
            continue
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("hash", "tokenise"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rows", type=int, default=0)
    asked = parser.parse_args()
    if asked.kind == "tokenise":
        rows, tokens, seconds = tokenise(asked.file, asked.tokenizer, asked.rows)
        print(rows, tokens, seconds)
        return
    size = asked.file.stat().st_size
    step = size // (asked.workers * 8) + 1
    began = time.perf_counter()
    with ProcessPoolExecutor(asked.workers, multiprocessing.get_context("spawn")) as pool:
        parts = [
            pool.submit(parse_and_hash, asked.file, at, min(at + step, size)) for at in range(0, size, step)
        ]
        words = sum(each.result() for each in parts)
    print(0, words, time.perf_counter() - began)


if __name__ == "__main__":
    main()
