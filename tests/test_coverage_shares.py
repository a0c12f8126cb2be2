"""The lines that tests run are added up by package and folder."""

from benchmarks.coverage import PARTS, Share, shares_of

COUNTS = {
    "heuristics/memory/formula.py": (40, 40),
    "heuristics/rules/plan.py": (60, 55),
    "advisor/case.py": (100, 90),
    "advisor/work/pilot/gains.py": (300, 240),
    "advisor/work/echo.py": (0, 0),
}


def test_a_package_holds_its_folders() -> None:
    assert shares_of(COUNTS) == {
        "advisor": Share(400, 330, 82.5),
        "advisor/work": Share(300, 240, 80.0),
        "heuristics": Share(100, 95, 95.0),
        "heuristics/memory": Share(40, 40, 100.0),
        "heuristics/rules": Share(60, 55, 91.67),
    }


def test_every_package_with_a_threshold_is_counted() -> None:
    assert set(PARTS) <= set(shares_of(COUNTS))
