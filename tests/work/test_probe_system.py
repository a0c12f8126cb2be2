"""Processor, memory, disks and containers are read as this process may use them."""

from pathlib import Path

import pytest

from advisor.work.machine.cgroup import CgroupLimits, cgroup_limits
from advisor.work.machine.container import container_of
from advisor.work.machine.cpu import chip_of_cpuinfo, chip_of_sysctl, cpu_of
from advisor.work.machine.disk import disk_of
from advisor.work.machine.memory import memory_of

GIB = 1 << 30


def cpuinfo(cores: int, threads_per_core: int, sockets: int = 1) -> str:
    """The kernel's text for a machine of this layout."""
    blocks = []
    for number in range(cores * threads_per_core * sockets):
        socket, core = divmod(number % (cores * sockets), cores)
        blocks.append(
            f"processor\t: {number}\nmodel name\t: Intel(R) Xeon(R) Platinum 8480+\nphysical id\t: {socket}\n"
            f"core id\t\t: {core}\nflags\t\t: fpu avx avx2 avx512f avx512_bf16 amx_bf16 amx_tile\n"
        )
    return "\n".join(blocks)


ARM = (
    "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd sve bf16\nCPU implementer\t: 0x41\n\n"
    "processor\t: 1\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd sve bf16\n"
)


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_hyperthreads_are_not_counted_as_cores() -> None:
    chip = chip_of_cpuinfo(cpuinfo(cores=4, threads_per_core=2))
    cpu = cpu_of(chip, range(8), None, None)
    assert (cpu.cores, cpu.threads) == (4, 8)
    assert cpu.name == "Intel(R) Xeon(R) Platinum 8480+"
    assert {"avx2", "avx512f", "avx512_bf16", "amx_bf16"} <= set(cpu.features)


def test_affinity_to_two_threads_of_one_core_is_one_core() -> None:
    chip = chip_of_cpuinfo(cpuinfo(cores=4, threads_per_core=2))
    assert cpu_of(chip, {1, 5}, 4, None).cores == 1


def test_two_sockets_have_cores_of_the_same_number() -> None:
    chip = chip_of_cpuinfo(cpuinfo(cores=2, threads_per_core=1, sockets=2))
    assert cpu_of(chip, range(4), None, None).cores == 4


@pytest.mark.parametrize(("quota", "cores"), [(0.5, 1), (1.5, 1), (2.0, 2), (64.0, 4)])
def test_a_container_quota_bounds_the_cores(quota: float, cores: int) -> None:
    chip = chip_of_cpuinfo(cpuinfo(cores=4, threads_per_core=2))
    cpu = cpu_of(chip, range(8), None, quota)
    assert cpu.cores == cores
    assert cpu.cgroup_quota == quota


def test_an_arm_processor_without_core_numbers_is_counted_by_its_processors() -> None:
    cpu = cpu_of(chip_of_cpuinfo(ARM), range(2), None, None)
    assert cpu.cores == 2
    assert cpu.features == ("neon", "sve", "bf16")


def test_apple_silicon_is_read_from_sysctl() -> None:
    text = "machdep.cpu.brand_string: Apple M3 Max\nhw.optional.neon: 1\nhw.optional.arm.FEAT_BF16: 1\n"
    chip = chip_of_sysctl(text + "hw.optional.avx512f: 0\n")
    assert chip.name == "Apple M3 Max"
    assert chip.features == ("neon", "bf16")


@pytest.mark.parametrize("text", ["", "garbage", "processor: x\n\n\n::\n", "model name: \x1b[31mred"])
def test_garbled_cpuinfo_still_gives_a_processor(text: str) -> None:
    cpu = cpu_of(chip_of_cpuinfo(text), range(1), None, None)
    assert cpu.cores == 1
    assert "\x1b" not in cpu.name


def test_version_2_limits_are_the_tightest_on_the_way_up(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "a/cpu.max": "400000 100000",
            "a/memory.max": str(8 * GIB),
            "a/memory.current": str(3 * GIB),
            "a/memory.stat": f"anon 5\ninactive_file {GIB}\n",
            "a/b/cpu.max": "max 100000",
            "a/b/memory.max": "max",
        },
    )
    assert cgroup_limits("0::/a/b\n", root) == CgroupLimits(4.0, 8 * GIB, 2 * GIB)


def test_version_1_limits_are_read_from_each_controller(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "memory/job/memory.limit_in_bytes": str(4 * GIB),
            "memory/job/memory.usage_in_bytes": str(GIB),
            "memory/memory.limit_in_bytes": "9223372036854771712",
            "cpu,cpuacct/job/cpu.cfs_quota_us": "150000",
            "cpu,cpuacct/job/cpu.cfs_period_us": "100000",
            "cpu,cpuacct/cpu.cfs_quota_us": "-1",
            "cpu,cpuacct/cpu.cfs_period_us": "100000",
        },
    )
    limits = cgroup_limits("4:memory:/job\n2:cpu,cpuacct:/job\n1:name=systemd:/\n0::/\n", root)
    assert limits == CgroupLimits(1.5, 4 * GIB, GIB)


def test_in_a_container_the_hosts_path_is_absent_and_the_root_counts(tmp_path: Path) -> None:
    root = write(tmp_path, {"memory.max": str(2 * GIB), "memory.current": "0", "cpu.max": "max 100000"})
    limits = cgroup_limits("0::/kubepods/pod1/abc", root)
    assert (limits.processors, limits.memory) == (None, 2 * GIB)


@pytest.mark.parametrize("text", ["", "garbage", "0::/../../etc", "::::", "0::"])
def test_an_odd_membership_means_no_limit(tmp_path: Path, text: str) -> None:
    assert cgroup_limits(text, tmp_path / "empty") == CgroupLimits()


def test_the_containers_memory_counts_not_the_hosts() -> None:
    memory = memory_of(64 * GIB, 60 * GIB, (0, 0), CgroupLimits(None, 8 * GIB, 3 * GIB))
    assert (memory.total, memory.available, memory.limited_by) == (8 * GIB, 5 * GIB, "cgroup")


def test_the_host_counts_when_it_has_less_left_than_the_container_allows() -> None:
    memory = memory_of(64 * GIB, GIB, (4, 1), CgroupLimits(None, 8 * GIB, 0))
    assert (memory.available, memory.swap_total, memory.swap_used) == (GIB, 4, 1)
    assert memory_of(64 * GIB, GIB, (0, 0), CgroupLimits(None, 65 * GIB, 0)).limited_by == "host"


def test_a_disk_is_measured_and_nothing_is_left_behind(tmp_path: Path) -> None:
    disk = disk_of("case", tmp_path, measure=True)
    assert disk.write_mb_per_s is not None
    assert disk.write_mb_per_s > 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_yet_is_judged_by_the_one_above(tmp_path: Path) -> None:
    disk = disk_of("models", tmp_path / "not" / "yet", measure=True)
    assert disk.free > 0
    assert disk.path.endswith("yet")
    assert not (tmp_path / "not").exists()


@pytest.mark.parametrize(
    ("files", "environment", "kind"),
    [
        ({}, {}, None),
        ({".dockerenv": ""}, {}, "docker"),
        ({".dockerenv": ""}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
        ({"run/.containerenv": ""}, {}, "podman"),
        ({"proc/1/cgroup": "0::/kubepods.slice/x"}, {}, "kubernetes"),
        ({"proc/version": "Linux version 5.15 (Microsoft@Microsoft.com)"}, {}, "wsl"),
        ({}, {"container": "lxc"}, "lxc"),
        ({}, {"container": "\x1b[0m"}, None),
    ],
)
def test_containers_and_wsl_are_recognised(
    tmp_path: Path, files: dict[str, str], environment: dict[str, str], kind: str | None
) -> None:
    assert container_of(environment, write(tmp_path, files)) == kind
