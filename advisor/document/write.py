"""Writes report and model card into a folder, never over something else without keeping it."""

from pathlib import Path

from advisor.case import Case
from advisor.document import html, markdown
from advisor.document.card import model_card
from advisor.document.contents import parts_of
from advisor.export.all import Written, put_files
from advisor.export.target import TextFile


def documents(case: Case) -> tuple[TextFile, ...]:
    """The report in two forms, and the model card where there is a plan."""
    title = f"Fine-tuning report: {case.name}"
    parts = parts_of(case)
    card = (TextFile("README.md", model_card(case)),) if case.plan and case.model else ()
    return (
        TextFile("report.html", html.page(title, parts)),
        TextFile("report.md", markdown.page(title, parts)),
        *card,
    )


def write_documents(case: Case, folder: Path) -> Written:
    """Write them; raises BadInput when the folder cannot be used, NoSpace when the disk is full."""
    return put_files(documents(case), folder)
