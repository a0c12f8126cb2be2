"""One model on the test rows: loss with their own and with swapped prompts, and greedy answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advisor.work.pilot.bench import Bench
from advisor.work.pilot.generating import decoded, same_answer, tokens_needed, word_overlap
from advisor.work.pilot.rows import Row
from advisor.work.pilot.scoring import RowLoss, score_of
from heuristics.facts.pilot import Score


@dataclass(frozen=True, slots=True)
class Measured:
    """One model's results, row by row."""

    own: tuple[RowLoss, ...]
    """Every test row with its own prompt."""
    swapped: dict[int, RowLoss]
    """The answer of the test row at this place under another row's prompt."""
    answers: dict[int, str]
    """Greedy answers to the test rows at these places."""
    matches: dict[int, bool]
    """Whether those equal the reference; only places whose reference could be reached."""
    overlaps: dict[int, float]
    """F1 of their words against the reference's, at the same places."""

    def score(self, name: str, split: str = "test") -> Score:
        """These results as the score of the model `name` on a split."""
        return score_of(name, split, self.own, tuple(self.matches.values()), tuple(self.overlaps.values()))


def measure(
    bench: Bench,
    rows: Sequence[Row],
    swapped: Mapping[int, Row],
    generated: Sequence[int],
    text: str,
    own: Sequence[RowLoss] = (),
) -> Measured:
    """Measure the bench's model on `rows`; `swapped` and `generated` name places in `rows`.

    `own` are the rows' losses where they are known already.
    """
    tokens = sum(each.tokens for each in rows)
    if not own:
        part = bench.progress.part(text, bench.seconds_to_score(tokens), tokens)
        own = bench.scorer().losses(rows, part)
    answers = _answers(bench, rows, generated, text)
    references = {place: decoded(bench.tokenizer, rows[place].answer) for place in generated}
    matches = {
        place: same_answer(answers[place], references[place]) for place in generated if rows[place].reachable
    }
    overlaps = {place: word_overlap(answers[place], references[place]) for place in matches}
    return Measured(tuple(own), _swapped(bench, swapped, text), answers, matches, overlaps)


def _swapped(bench: Bench, swapped: Mapping[int, Row], text: str) -> dict[int, RowLoss]:
    if not swapped:
        return {}
    rows = list(swapped.values())
    tokens = sum(each.tokens for each in rows)
    part = bench.progress.part(f"{text}, prompts swapped", bench.seconds_to_score(tokens), tokens)
    return dict(zip(swapped, bench.scorer().losses(rows, part), strict=True))


def _answers(bench: Bench, rows: Sequence[Row], places: Sequence[int], text: str) -> dict[int, str]:
    if not places:
        return {}
    chosen = [rows[place] for place in places]
    most = tokens_needed(chosen, bench.context)
    part = bench.progress.part(
        f"{text}, answering", bench.seconds_to_generate(len(chosen), most), len(chosen)
    )
    texts = bench.generator().answers([each.question for each in chosen], most, part)
    return dict(zip(places, texts, strict=True))
