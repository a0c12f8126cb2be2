"""Checks that need one row at a time."""

from advisor.work.data.bias.mentions import GroupAssociations
from advisor.work.data.checks.answers import EchoedPrompts, Gibberish, RepeatedText, TruncatedAnswers
from advisor.work.data.checks.batch import BatchCheck
from advisor.work.data.checks.invisible import InvisibleCharacters
from advisor.work.data.checks.label_errors import LabelErrors
from advisor.work.data.checks.language import LanguageMismatch, LanguageMix
from advisor.work.data.checks.manner import HarshWords, WornPhrases
from advisor.work.data.checks.markup import Boilerplate, HtmlEntities, HtmlMarkup, TemplateMarkers
from advisor.work.data.checks.prompts import MergedExamples, UnreachableSources
from advisor.work.data.checks.spread import LengthOutliers, OneOpening

SINGLE_ROW_CHECKS: tuple[BatchCheck, ...] = (
    TruncatedAnswers(),
    RepeatedText(),
    EchoedPrompts(),
    Gibberish(),
    MergedExamples(),
    UnreachableSources(),
    TemplateMarkers(),
    HtmlEntities(),
    HtmlMarkup(),
    Boilerplate(),
    InvisibleCharacters(),
    WornPhrases(),
    HarshWords(),
    LabelErrors(),
    LanguageMix(),
    LanguageMismatch(),
    LengthOutliers(),
    OneOpening(),
    GroupAssociations(),
)
