"""Remains of web pages and of chat templates in the text of rows."""

from collections import Counter

from advisor.work.data.checks.batch import Batch, Tally, concerned, kinds_said
from heuristics.facts.data import CheckResult

CODE = (
    r"```|</(?:html|body|head|script|style|table|ul|form|svg|nav|section)\s*>|<!DOCTYPE|<\?(?:php|xml)"
    r"|(?i)(?-u:\b)(?:html|css|xml|jsx|javascript|markup|web ?page|website|svg)(?-u:\b)"
)
"""Text about markup, in which tags and entities are meant."""
_ENTITY = (
    r"&(?:#[0-9]{2,7}|#[xX][0-9a-fA-F]{2,6}|amp|lt|gt|quot|apos|nbsp|hellip|[mn]dash|[lr][sd]quo|copy|reg|trade"
    r"|bull|middot|deg|pound|euro|laquo|raquo|times|(?:[aeiouyAEIOUY](?:acute|grave|circ|uml))|[nNaAoO]tilde"
    r"|ccedil|szlig|aring|oslash|aelig);"
)
_TAG = (
    r"(?i)</?(?:a|abbr|article|b|blockquote|body|br|button|center|cite|dd|div|dl|dt|em|figure|font|footer|form"
    r"|h[1-6]|head|header|hr|html|i|iframe|img|li|link|main|meta|nav|ol|p|script|section|small|span|strike"
    r"|strong|style|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul|video)(?:\s[^<>\n]{0,200}=[^<>\n]{0,200})?\s?/?>"
)
_BOILERPLATE = (
    r"(?-u:\b)(?:(?:we|this (?:web)?site) uses? cookies|accept (?:all )?cookies|all rights reserved"
    r"|(?:please )?enable javascript|subscribe to our newsletter|skip to (?:main )?content"
    r"|terms of (?:use|service) (?:and|&) privacy policy|click here (?:to|for)|share this (?:post|article) on"
    r"|your email address will not be published|add to (?:cart|basket))(?-u:\b)"
)
_FURNITURE = frozenset(
    {"cookies", "reserved", "javascript", "newsletter", "skip", "privacy", "click", "share", "published"}
    | {"cart", "basket"}
)
"""Words of which every such phrase has one."""
_MARKERS: tuple[tuple[str, str], ...] = (
    ("<|…|>", r"<\|[A-Za-z_]{2,30}\|>|<｜[^｜\n]{2,40}｜>"),
    ("[INST]", r"\[/?INST\]|<</?SYS>>"),
    ("<start_of_turn>", r"<(?:start|end)_of_turn>"),
    ("<s>", r"^<s>|</s>\s*$|<(?:bos|eos|pad|unk)>"),
)
"""How chat templates of common models mark turns and ends."""


class HtmlEntities:
    """Rows in which characters are written as “&lt;” or “&#39;”, code left out."""

    name = "html_entities"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        found = batch.rows(batch.glance.holding("&")).filter(pl.col("text").str.contains(_ENTITY))
        return concerned(batch, found.filter(~pl.col("text").str.contains(CODE)))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)


class HtmlMarkup:
    """Rows with tags of web pages where nobody speaks of markup."""

    name = "html_markup"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        found = batch.rows(batch.glance.holding("<")).filter(pl.col("text").str.contains(_TAG))
        return concerned(batch, found.filter(~pl.col("text").str.contains(CODE)))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)


class Boilerplate:
    """Rows with the furniture of web pages: cookie banners, “all rights reserved”, “click here to”."""

    name = "boilerplate"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        suspects = batch.rows(batch.glance.saying(_FURNITURE))
        found = suspects.filter(pl.col("text").str.to_lowercase().str.contains(_BOILERPLATE))
        return concerned(batch, found)

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)


class TemplateMarkers:
    """Rows whose text holds the marks by which chat templates tell turns apart."""

    name = "template_markers"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        text = pl.col("text").str
        suspects = batch.rows(batch.glance.holding("<["))
        found = suspects.filter(text.contains("|".join(pattern for _, pattern in _MARKERS)))
        kinds = Counter({name: int(found["text"].str.contains(pattern).sum()) for name, pattern in _MARKERS})
        return concerned(batch, found, +kinds)

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name, kinds_said(tally))
