"""`advisor offers`: the prices that plans compare, and taking a newer table of them."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from advisor import numbers
from advisor.cli.asked import Asked
from advisor.cli.narrate import Narrator
from advisor.cli.report.layout import table
from advisor.market import Market, market, read_table, table_path, use_table
from advisor.text import one_line, plain
from heuristics.facts.market import CloudOffer


def offers(asked: Asked, narrator: Narrator) -> int:
    """List the offers in use; with --update, take a newer table first."""
    if asked.update is not None:
        _update(asked.update, narrator)
    shown = market()
    if shown.problem:
        narrator.say(f"your table is not used: {shown.problem}")
    sys.stdout.write(_as_json(shown) if asked.as_json else _as_text(shown))
    sys.stdout.flush()
    return 0


def _update(source: str, narrator: Narrator) -> None:
    from advisor.skypilot_catalogue import NAME, catalogue_folder, catalogue_offers

    if source == NAME and not Path(source).exists():
        entries = catalogue_offers(catalogue_folder())
    else:
        entries = read_table(Path(source))
    written = use_table(entries)
    for path in written.kept:
        narrator.say(f"the table before is kept as {path}")
    unpriced = sum(each.usd_per_hour is None and each.spot_usd_per_hour is None for each in entries)
    if unpriced:
        narrator.say(f"{numbers.count(unpriced)} of the offers have no price and are never recommended")
    narrator.say(
        f"{numbers.count(len(entries))} offers are used from now on; remove {table_path()} to go back"
    )


def _as_text(shown: Market) -> str:
    oldest, newest = shown.dates
    head = [
        f"{len(shown.offers):,} offers from {one_line(shown.source, 300)}; prices of {oldest} to {newest}.",
        "Newer prices: advisor offers --update FILE.csv, or --update skypilot for its catalogue.",
        "",
    ]
    rows: list[tuple[str, ...]] = [("provider", "machine", "GPUs", "USD/h", "spot", "date", "source")]
    rows += [_row(each) for each in shown.offers]
    return plain("\n".join([*head, *table(rows, right=frozenset((3, 4)))])) + "\n"


def _row(offer: CloudOffer) -> tuple[str, ...]:
    return (
        offer.provider,
        offer.instance,
        f"{offer.gpus} x {offer.gpu}",
        "-" if offer.usd_per_hour is None else f"{offer.usd_per_hour:.2f}",
        "-" if offer.spot_usd_per_hour is None else f"{offer.spot_usd_per_hour:.2f}",
        offer.date,
        offer.source,
    )


def _as_json(shown: Market) -> str:
    document = {
        "source": shown.source,
        "problem": shown.problem,
        "offers": [asdict(each) for each in shown.offers],
    }
    return json.dumps(document, allow_nan=False) + "\n"
