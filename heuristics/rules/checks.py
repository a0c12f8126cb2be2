"""Rules about single defects of rows, each on the count of one check."""

from heuristics.rules.answers import ANSWER_RULES
from heuristics.rules.bias import BIAS_RULES
from heuristics.rules.characters import CHARACTER_RULES
from heuristics.rules.judged import DataRule
from heuristics.rules.labels import LABEL_RULES
from heuristics.rules.privacy import PRIVACY_RULES
from heuristics.rules.repeats import REPEAT_RULES
from heuristics.rules.spread import SPREAD_RULES
from heuristics.rules.turns import TURN_RULES

CHECK_RULES: tuple[DataRule, ...] = (
    *PRIVACY_RULES,
    *ANSWER_RULES,
    *TURN_RULES,
    *REPEAT_RULES,
    *LABEL_RULES,
    *CHARACTER_RULES,
    *SPREAD_RULES,
    *BIAS_RULES,
)
