"""One check of another tool over the first rows of a file, run by the interpreter that has the tool."""

import argparse
import json
import sys
import time
from pathlib import Path


def texts_of(path: Path, most: int) -> list[str]:
    """Instruction, input and output of the first rows that parse."""
    texts: list[str] = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            try:
                texts.append("\n".join(json.loads(line).values()))
            except ValueError:
                continue
            if len(texts) == most:
                break
    return texts


def datasketch(texts: list[str]) -> int:
    """Near-duplicates at 0.8 by MinHash of three-word shingles and LSH, as its documentation shows."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.8, num_perm=128)
    found = 0
    for number, text in enumerate(texts):
        words = text.lower().split()
        sketch = MinHash(num_perm=128)
        sketch.update_batch([" ".join(words[at : at + 3]).encode() for at in range(max(1, len(words) - 2))])
        found += bool(index.query(sketch))
        index.insert(str(number), sketch)
    return found


def presidio(texts: list[str]) -> int:
    """Private data by its pattern recognisers alone, without a language model."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
    from presidio_analyzer.predefined_recognizers import (
        CreditCardRecognizer,
        EmailRecognizer,
        IbanRecognizer,
        IpRecognizer,
        PhoneRecognizer,
        UsSsnRecognizer,
    )

    kinds = (
        CreditCardRecognizer,
        EmailRecognizer,
        IbanRecognizer,
        IpRecognizer,
        PhoneRecognizer,
        UsSsnRecognizer,
    )
    recognisers = [kind() for kind in kinds]
    del AnalyzerEngine, NlpArtifacts, NlpEngine
    found = 0
    for text in texts:
        hits = [
            hit
            for each in recognisers
            for hit in each.analyze(text, each.supported_entities, None) or ()
            if hit.score >= 0.4
        ]
        found += bool(hits)
    return found


def ydata(texts: list[str]) -> int:
    """The minimal report of its profile over one column of text."""
    import pandas  # type: ignore[import-untyped]
    from ydata_profiling import ProfileReport

    report = ProfileReport(pandas.DataFrame({"text": texts}), minimal=True, progress_bar=False)
    return len(report.get_description().alerts)


TOOLS = {"datasketch": datasketch, "presidio": presidio, "ydata": ydata}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool", choices=sorted(TOOLS))
    parser.add_argument("file", type=Path)
    parser.add_argument("rows", type=int)
    asked = parser.parse_args()
    texts = texts_of(asked.file, asked.rows)
    TOOLS[asked.tool](texts[:100])
    began = time.process_time()
    found = TOOLS[asked.tool](texts)
    json.dump(
        {"rows": len(texts), "found": found, "processor_seconds": time.process_time() - began}, sys.stdout
    )


if __name__ == "__main__":
    main()
