"""Generates a large data set of made-up prose with known defects, and the truth about them.

All words are composed here from syllables; every row's place and every defect follow from the seed.
"""

import argparse
import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

SEED = 20_260_101
_ONSETS = "b bl br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh sl st str t th tr v w z"
_VOWELS = "a e i o u ai ea ee io oa ou"
_CODAS = ["", "", "", "", "", "n", "r", "s", "t", "l", "m", "nd", "st", "ck", "ng", "rt"]
_GLUE = (
    "the of and to in is that for it with as on by this from at which are be was not have an or but can "
    "more one their has will all if when there its other into than some two also may after only over most "
    "such no new"
)
_ASKS = (
    "Explain how",
    "Describe why",
    "Summarise what",
    "List the reasons for which",
    "Compare the way in which",
)
_ACCENTED = ("café", "naïve", "Zürich", "señor", "déjà vu", "don’t", "“quoted”", "it’s", "über", "façade")
_HAN = [chr(0x4E00 + 37 * number % 6000) for number in range(600)]

Row = dict[str, str]


@dataclass(slots=True)
class Truth:
    """Lines by defect; 1-based."""

    lines: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def note(self, kind: str, line: int) -> None:
        self.lines[kind].append(line)


class Writer:
    """Writes rows one by one."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.glue = _GLUE.split()
        words = random.Random(SEED)
        self.words = sorted({self._word(words) for _ in range(26_000)})
        words.shuffle(self.words)
        weights = [1 / (rank + 12) for rank in range(len(self.words))]
        total, self.cumulative = 0.0, []
        for each in weights:
            total += each
            self.cumulative.append(total)

    @staticmethod
    def _word(rng: random.Random) -> str:
        count = rng.choice((1, 1, 2, 2, 2, 3))
        onsets, vowels = _ONSETS.split(), _VOWELS.split()
        return "".join(rng.choice(onsets) + rng.choice(vowels) + rng.choice(_CODAS) for _ in range(count))

    def prose(self, count: int) -> str:
        """Sentences of about `count` words in all."""
        rng = self.rng
        drawn = rng.choices(self.words, cum_weights=self.cumulative, k=count)
        sentences = []
        start = 0
        while start < count:
            size = rng.randrange(7, 19)
            words = drawn[start : start + size]
            for place in range(1, len(words), 2):
                words[place] = rng.choice(self.glue)
            sentences.append(" ".join(words).capitalize() + ".")
            start += size
        return " ".join(sentences)

    def clean(self) -> Row:
        """A row without defects, now and then of a kind that naive checks take for one."""
        rng = self.rng
        kind = rng.random()
        topic = self.prose(rng.randrange(8, 16)).lower()[:-1]
        row = {
            "instruction": f"{rng.choice(_ASKS)} {topic}.",
            "input": self.prose(rng.randrange(20, 45)),
            "output": "",
        }
        row["output"] = self.prose(rng.randrange(35, 85))
        if kind < 0.02:
            a, b = rng.randrange(100, 99_999), rng.randrange(2, 99)
            row["output"] += (
                f" In all {a:,} * {b} = {a * b:,} on 12/24/20{b:02d}, ratio 10:15:20, version {b}.{a % 10}.3."
            )
        elif kind < 0.03:
            row["output"] = (
                f"<div class='{self.words[rng.randrange(999)]}'>\n  <b>{row['output']}</b>\n</div>"
            )
        elif kind < 0.05:
            row["output"] = "".join(rng.choices(_HAN, k=90)) + "。"
            row["input"] = "".join(rng.choices(_HAN, k=60)) + "。"
        elif kind < 0.06:
            row["output"] += f" {rng.choice(_ACCENTED)} {rng.choice(_ACCENTED)}."
        return row

    def edited(self, row: Row, share: float | None) -> Row:
        """The row with one to four words replaced, or with a share of them."""
        rng = self.rng
        copied = dict(row)
        words = {key: value.split(" ") for key, value in row.items()}
        places = [(key, place) for key, list_ in words.items() for place in range(len(list_))]
        count = rng.randrange(1, 5) if share is None else max(1, round(len(places) * share))
        for key, place in rng.sample(places, min(count, len(places))):
            words[key][place] = rng.choice(self.words)
        copied.update({key: " ".join(list_) for key, list_ in words.items()})
        return copied


def luhn_complete(digits: str) -> str:
    """The digits with a check digit behind them."""
    numbers = [int(each) for each in digits + "0"]
    doubled = [each * 2 - 9 if each > 4 else each * 2 for each in numbers[-2::-2]]
    return digits + str((-(sum(numbers[-1::-2]) + sum(doubled))) % 10)


def iban_of(country: str, account: str) -> str:
    """An account number with the check digits of ISO 13616."""
    digits = "".join(str(int(each, 36)) for each in account + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{account}"


def private_value(rng: random.Random) -> str:
    """Something private of one of six kinds."""
    number = f"{rng.randrange(10**9):09d}"
    match rng.randrange(6):
        case 0:
            return f"j.{number[:4]}@mail-{number[4:7]}.example.org"
        case 1:
            return f"+44 20 7946 {number[:4]}"
        case 2:
            card = luhn_complete(f"4{rng.randrange(10**14):014d}")
            return " ".join(card[at : at + 4] for at in range(0, 16, 4))
        case 3:
            return iban_of("DE", f"{rng.randrange(10**18):018d}")
        case 4:
            return f"{rng.randrange(1, 660):03d}-{rng.randrange(1, 99):02d}-{rng.randrange(1, 9999):04d}"
        case _:
            return f"203.0.113.{rng.randrange(1, 255)}"


SHARES = {
    "exact_duplicates": 0.02,
    "near_duplicates": 0.05,
    "heavy_edits": 0.01,
    "private_data": 0.009,
    "secrets": 0.0005,
    "mojibake": 0.004,
    "control_characters": 0.001,
    "placeholders": 0.002,
    "refusals": 0.004,
    "empty_answers": 0.002,
    "malformed": 0.0005,
    "conflicting_answers": 0.005,
    "repeated_answers": 0.01,
}
THANKS = "You are very welcome, and do come back whenever there is more to ask."


class Planter:
    """Plants one defect in a row, or copies an earlier one."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.earlier: list[Row] = []
        """Clean rows, a few thousand, from which copies are made; each is used once."""

    def row(self, kind: str | None) -> Row | str:
        """A row with this defect; text for a line that is not JSON."""
        writer, rng = self.writer, self.writer.rng
        if (
            kind in ("exact_duplicates", "near_duplicates", "heavy_edits", "conflicting_answers")
            and self.earlier
        ):
            return self._copy(kind, self.earlier.pop(rng.randrange(len(self.earlier))))
        row = writer.clean()
        match kind:
            case "private_data":
                row["input"] += f" Reach me under {private_value(rng)} today."
            case "secrets":
                key = "".join(rng.choices("ABCDEFGHJKMNPQRSTUVW23456789", k=34))
                row["output"] += f" Set the key to {rng.choice(('hf_', 'sk-proj-'))}{key} now."
            case "mojibake":
                row["output"] += (
                    " " + rng.choice(_ACCENTED[:6]).encode().decode("cp1252", "replace") + " itâ€™s."
                )
            case "control_characters":
                row["output"] += rng.choice(("\x1b[2J", "\x00", "\u202eabc", "\ufeff", "\x9b31m")) + " end."
            case "placeholders":
                row["output"] += rng.choice(
                    (" Dear [INSERT NAME],", " I am {{name}}.", " <YOUR COMPANY> thanks.")
                )
            case "refusals":
                row["output"] = "I'm sorry, but I can't help with that. " + row["output"][:60]
            case "empty_answers":
                row["output"] = rng.choice(("", "  ", "\n"))
            case "repeated_answers":
                row["output"] = THANKS
            case "malformed":
                return json.dumps(row, ensure_ascii=False)[:-1] + rng.choice((",}", "", '"x"}'))
            case _ if rng.random() < 0.3 and len(self.earlier) < 6_000 and kind is None:
                self.earlier.append(row)
        return row

    def _copy(self, kind: str, row: Row) -> Row:
        rng = self.writer.rng
        if kind == "exact_duplicates":
            spaced = {
                key: value.replace(" ", "  ", 1) if rng.random() < 0.3 else value
                for key, value in row.items()
            }
            return spaced if rng.random() < 0.5 else dict(row)
        if kind == "conflicting_answers":
            return {**row, "output": self.writer.prose(60)}
        return self.writer.edited(row, None if kind == "near_duplicates" else 1 / 6)


def write(path: Path, rows: int, seed: int = SEED) -> dict[str, list[int]]:
    """Write `rows` lines and give the lines of each defect."""
    writer = Writer(seed)
    planter = Planter(writer)
    truth = Truth()
    kinds, shares = list(SHARES), list(SHARES.values())
    with path.open("w", encoding="utf-8") as file:
        for line in range(1, rows + 1):
            drawn = writer.rng.choices([*kinds, None], [*shares, 1 - sum(shares)])[0]
            copied = drawn in ("exact_duplicates", "near_duplicates", "heavy_edits", "conflicting_answers")
            kind = None if copied and not planter.earlier else drawn
            row = planter.row(kind)
            if kind is not None:
                truth.note(kind, line)
            file.write((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n")
    return dict(truth.lines)


def prepared(folder: Path, rows: int) -> tuple[Path, dict[str, list[int]]]:
    """The data set and its truth, written at most once."""
    data, truth = folder / f"planted-{rows}.jsonl", folder / f"planted-{rows}.truth.json"
    if not (data.exists() and truth.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        lines = write(data, rows)
        truth.write_text(json.dumps(lines), encoding="utf-8")
    return data, {kind: list(lines) for kind, lines in json.loads(truth.read_text(encoding="utf-8")).items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=200_000)
    asked = parser.parse_args()
    print(prepared(asked.folder, asked.rows)[0])
