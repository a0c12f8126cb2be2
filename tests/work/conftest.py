"""Jobs in tests keep nothing in the user's own folders."""

import pytest


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own for each test, so that no test finds what another one kept."""
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path_factory.mktemp("home")))
