"""The user's own table of offers: read whole or refused in words, the one before is kept."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from advisor import catalog
from advisor.errors import BadInput
from advisor.market import market, read_table, table_path, table_text, use_table
from advisor.skypilot_catalogue import catalogue_folder, catalogue_offers
from screens.start import start

GOOD = (
    "provider,instance,gpu,gpus,usd_per_hour,date,spot_usd_per_hour,region,source\n"
    "AWS,g6e.xlarge,L40S,1,1.90,2026-11-01,0.80,us-east-1,list of November\n"
    '"A, B & Sons",one,RTX 4090,2,,2026-11-02,0.50,,\n'
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "home"


def _table(folder: Path, text: str) -> Path:
    path = folder / "new.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_table_the_bundled_prices_are_used() -> None:
    assert market().offers == catalog.offers()
    assert "came with the program" in market().source


def test_a_newer_table_is_used_from_now_on_and_the_one_before_is_kept(tmp_path: Path) -> None:
    use_table(read_table(_table(tmp_path, GOOD)))
    first = table_path().read_text()
    shown = market()
    assert [each.provider for each in shown.offers] == ["AWS", "A, B & Sons"]
    assert shown.offers[0].usd_per_hour == 1.9
    assert shown.offers[0].compute_capability == "8.9"
    assert shown.offers[1].usd_per_hour is None
    assert shown.dates == ("2026-11-01", "2026-11-02")
    written = use_table(read_table(_table(tmp_path, GOOD.replace("1.90", "1.70"))))
    assert [path.read_text() for path in written.kept] == [first]
    assert market().offers[0].usd_per_hour == 1.7


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    entries = read_table(_table(tmp_path, GOOD))
    assert read_table(_table(tmp_path, table_text(entries))) == entries


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no column"),
        ("provider,gpu\nAWS,T4\n", "has no column instance, gpus"),
        (GOOD.splitlines()[0] + "\n", "holds no offer"),
        (GOOD.replace("L40S", "L40SS"), "did you mean L40S?"),
        (GOOD.replace("1.90", "cheap"), "line 2: usd_per_hour"),
        (GOOD.replace("1.90", "-1"), "line 2: usd_per_hour"),
        (GOOD.replace("1.90", "nan"), "line 2: usd_per_hour"),
        (GOOD.replace("2026-11-01", "yesterday"), "line 2: date"),
        (GOOD.replace("L40S,1,", "L40S,0,"), "line 2: gpus"),
        (GOOD.replace("list of November", "list,of,November"), "more cells than columns"),
        (GOOD.replace('"A, B', '"A" B'), "is not CSV"),
    ],
)
def test_a_faulty_table_is_refused_in_words_and_changes_nothing(tmp_path: Path, text: str, said: str) -> None:
    use_table(read_table(_table(tmp_path, GOOD)))
    before = table_path().read_bytes()
    with pytest.raises(BadInput) as caught:
        read_table(_table(tmp_path, text))
    assert said in caught.value.message
    assert table_path().read_bytes() == before


def test_only_the_first_faults_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    lines = "".join(f"P,{number},NoSuchGpu,1,1.0,2026-01-01,,,\n" for number in range(9))
    with pytest.raises(BadInput, match="and 4 more"):
        read_table(_table(tmp_path, GOOD.splitlines()[0] + "\n" + lines))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00x", b"a\x00b\n"])
def test_a_file_that_is_no_text_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        read_table(path)


def test_a_missing_file_and_a_folder_are_refused_in_words(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadInput, match="cannot be read"):
            read_table(path)


def test_a_table_damaged_by_hand_is_told_and_not_used(tmp_path: Path, home: Path) -> None:
    home.mkdir()
    table_path().write_text("provider,gpu\n")
    shown = market()
    assert shown.offers == catalog.offers()
    assert "has no column" in shown.problem


def test_hostile_names_are_shown_as_plain_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = GOOD.replace("g6e.xlarge", '"x\x1b[31m\u202e[@click=app.quit]y"')
    use_table(read_table(_table(tmp_path, hostile)))
    assert start(["offers"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_the_command_lists_updates_and_prints_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(["offers", "--update", str(_table(tmp_path, GOOD))]) == 0
    said = capsys.readouterr()
    assert "g6e.xlarge" in said.out
    assert "2 offers are used from now on" in said.err
    assert start(["offers", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["offers"][0]["instance"] == "g6e.xlarge"
    assert start(["offers", "--update", str(tmp_path / "none.csv")]) == 2
    assert "cannot be read" in capsys.readouterr().err


CATALOGUE = (
    "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone\n"
    "g6e.xlarge,L40S,1.0,4.0,32.0,\"{'Gpus': [{'Name': 'L40S', 'MemoryInfo': {'SizeInMiB': 45776}}]}\","
    "1.861,0.9,us-east-1,a\n"
    "g6e.xlarge,L40S,1.0,4.0,32.0,,1.7,,us-west-2,b\n"
    ",A100,1.0,,,,2.0,1.0,us-central1,a\n"
    "fraction,L40S,0.5,4.0,32.0,,0.5,0.2,us-east-1,a\n"
    "m5.large,,,2.0,8.0,,0.1,0.05,us-east-1,a\n"
    "odd,L40S,1.0,4.0,32.0,__import__('os').system('touch owned'),zero,,us-east-1,a\n"
)


def test_a_skypilot_catalogue_gives_each_machine_at_its_cheapest_region(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="no SkyPilot catalogue"):
        catalogue_folder()
    for version in ("v7", "v10"):
        (tmp_path / ".sky" / "catalogs" / version / "aws").mkdir(parents=True)
        (tmp_path / ".sky" / "catalogs" / version / "aws" / "vms.csv").write_text(CATALOGUE)
    assert catalogue_folder().name == "v10"
    (found,) = catalogue_offers(catalogue_folder())
    assert (found.provider, found.usd_per_hour, found.spot_usd_per_hour) == ("AWS", 1.7, 0.9)
    assert found.region == "us-west-2"
    assert start(["offers", "--update", "skypilot"]) == 0
    assert "SkyPilot catalogue on this machine" in capsys.readouterr().out
    assert not (tmp_path / "owned").exists()


def test_a_plan_rests_on_the_user_s_prices(tmp_path: Path) -> None:
    from advisor.case import new_case
    from advisor.journey import settle
    from tests.heuristics.known_cases import AMPERE, MINIATURE, machine

    use_table(read_table(_table(tmp_path, GOOD)))
    case = new_case(tmp_path / "case", "case").but(machine=machine(AMPERE), model=MINIATURE)
    case = settle(case.but(goal=replace(case.goal, data_may_leave=True)))
    assert case.plan is not None
    assert {each.provider for each in case.plan.offers} == {"AWS", "A, B & Sons"}
    assert case.plan.money is not None
    assert "price of 2026-11-0" in case.plan.money.lines[1]
