"""Step 1: what this machine is, what it measured, and what it can train."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from advisor import catalog, numbers
from advisor.case import Case
from advisor.standing import findings_of
from heuristics.costs.energy import why_not_read
from heuristics.facts.machine import Device, Disk, MachineFacts, Throughput
from heuristics.memory.sizes import size_table
from heuristics.planning.recipe import SizeRow
from screens.rows.section import Row, Section, finding_rows, told
from screens.state.live import Live
from screens.step_screen import StepScreen
from screens.words import columns, heading, labelled, lines, muted, paragraphs

_TOKENS = 1024
"""Row length of the size table while no data set says otherwise."""
_NO_VALUE = "not measured"


class MachineScreen(StepScreen):
    """Devices, memory, disk, speed, and the table of sizes."""

    STEP = "machine"
    ABOUT = (
        "Looks at this machine and times it for a few seconds.\nEverything later rests on what it measured."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "app.begin('probe')", "probe", tooltip="Probe this machine again", id="probe"),
    ]

    def sections(self, case: Case, live: Live | None) -> tuple[Section, ...]:
        """Findings, devices, the machine, sizes."""
        machine = case.machine
        if machine is None:
            return (Section("Machine", (_unknown(live),)),)
        return (
            finding_rows(findings_of(case, "machine")),
            *(_device(device, machine) for device in machine.devices),
            _around(machine),
            _sizes(case, machine),
        )


def _unknown(live: Live | None) -> Row:
    probing = live is not None and live.running and live.job == "probe"
    return Row(
        "unknown",
        "being probed" if probing else "not probed yet: press r",
        detail=told(
            "A probe takes a few seconds: it lists processors, memory, disks and GPUs, and times matrix "
            "products and memory copies on each device.",
            "Nothing is sent anywhere.",
        ),
    )


def _device(device: Device, machine: MachineFacts) -> Section:
    name = f"{device.kind} {device.index}" if device.kind != "cpu" else "cpu"
    key = f"device-{device.kind}-{device.index}"
    detail = told(*_device_parts(device, machine))
    rows = [Row(key, "Name", device.name, "" if device.usable else "not usable", detail=detail)]
    memory = f"{numbers.size(device.memory_free)} free"
    rows.append(
        Row(f"{key}-memory", "Memory", memory, f"of {numbers.size(device.memory_total)}", detail=detail)
    )
    rows += [_speed(key, each) for each in device.throughput]
    bandwidth = device.bandwidth_gb_per_s
    rows.append(
        Row(
            f"{key}-bandwidth",
            "Memory speed",
            f"{numbers.decimal(bandwidth)} GB/s" if bandwidth is not None else _NO_VALUE,
            "measured, read plus write" if bandwidth is not None else "",
            detail=told(
                heading("Memory speed"),
                "Bytes read and written in a second by a large copy. It bounds everything that is not a "
                "matrix product: optimizer steps, norms, loading.",
            ),
        )
    )
    return Section(f"Device {name}", tuple(rows))


def _speed(key: str, speed: Throughput) -> Row:
    between = f"{numbers.decimal(speed.low)} to {numbers.decimal(speed.high)}"
    return Row(
        f"{key}-{speed.dtype}",
        f"Speed {speed.dtype}",
        f"{numbers.decimal(speed.tflops)} TFLOP/s",
        f"{between}, measured",
        detail=told(
            heading(f"Matrix products in {speed.dtype}"),
            f"Median {numbers.decimal(speed.tflops)} TFLOP/s, from {between} over the timed repetitions.",
            "The time of a training run is its floating-point work over this speed, until the pilot measures "
            "tokens per second.",
        ),
    )


def _power(device: Device, machine: MachineFacts) -> str:
    """What it draws under load, or why nobody says."""
    if device.power is not None:
        return f"{device.power.watts:.0f} W, by {device.power.source}"
    return f"not read: {why_not_read(machine)}" if device.usable else ""


def _device_parts(device: Device, machine: MachineFacts) -> list[Content | str]:
    parts: list[Content | str] = [heading(device.name)]
    if not device.usable:
        parts.append(labelled("Not usable", device.why_not))
    known = {
        "bf16": "at least as fast as fp32" if device.bf16 else "slower than fp32 or missing",
        "Compute capability": device.compute_capability,
        "Driver": device.driver,
        "Power limit": f"{device.power_limit_w:.0f} W" if device.power_limit_w else None,
        "Power under load": _power(device, machine),
        "Busy": numbers.share(device.utilisation) if device.utilisation is not None else None,
        "Slowed by": ", ".join(device.slowed_by),
        "Temperature": f"{device.temperature} degrees Celsius" if device.temperature is not None else None,
        "Screen": "drawn by it" if device.display else None,
        "Preset": device.preset,
    }
    parts.append(lines(labelled(label, str(value)) for label, value in known.items() if value))
    if device.processes:
        parts.append(heading("Other programs on it"))
        parts.append(
            lines(
                f"{each.pid} {each.name}  {numbers.size(each.memory) if each.memory is not None else '?'}"
                for each in device.processes
            )
        )
    return parts


def _around(machine: MachineFacts) -> Section:
    cpu, memory = machine.cpu, machine.memory
    quota = f", quota {cpu.cgroup_quota:g}" if cpu.cgroup_quota is not None else ""
    backends = ", ".join(machine.torch_backends) or "no backend"
    rows = [
        Row(
            "cpu",
            "Processor",
            f"{cpu.cores} cores",
            f"{cpu.threads} threads{quota}",
            detail=told(heading(cpu.name), labelled("Instruction sets", ", ".join(cpu.features) or "none")),
        ),
        Row(
            "memory",
            "Main memory",
            f"{numbers.size(memory.available)} free",
            f"of {numbers.size(memory.total)}, limit of the {memory.limited_by}",
            detail=told(
                heading("Main memory"),
                labelled(
                    "Swap", f"{numbers.size(memory.swap_used)} of {numbers.size(memory.swap_total)} used"
                ),
            ),
        ),
        *(_disk(number, disk) for number, disk in enumerate(machine.disks)),
        Row(
            "torch",
            "PyTorch",
            machine.torch or "missing",
            backends,
            detail=told(
                heading("PyTorch"),
                labelled("Built for", backends),
                labelled(
                    "4-bit weights", "usable" if machine.quantisation else "bitsandbytes is not usable here"
                ),
            ),
        ),
        Row(
            "system",
            "System",
            machine.system,
            machine.container or "",
            detail=told(
                labelled("Probed", machine.measured_at), labelled("Container", machine.container or "none")
            ),
        ),
    ]
    return Section("Around it", tuple(rows))


def _disk(number: int, disk: Disk) -> Row:
    speed = f"{disk.write_mb_per_s:,.0f} MB/s written" if disk.write_mb_per_s is not None else ""
    place = "Disk for cases" if disk.purpose == "case" else "Disk for models"
    detail = told(heading(place), disk.path, "" if disk.writable else "This folder cannot be written.")
    return Row(f"disk-{number}", place, f"{numbers.size(disk.free)} free", speed, detail=detail)


def _sizes(case: Case, machine: MachineFacts) -> Section:
    tokens = case.plan.recipe.sequence_length if case.plan is not None else _TOKENS
    table = (
        case.plan.sizes
        if case.plan is not None and case.plan.sizes
        else size_table(machine, catalog.models(), tokens, catalog.limits())
    )
    return size_section(table, tokens)


def size_section(table: tuple[SizeRow, ...], tokens: int) -> Section:
    """What can be trained here: one row per model size, an answer per method."""
    whole = [("model", "parameters", "full", "LoRA", "QLoRA")]
    whole += [(row.model, numbers.parameters(row.parameters), row.full, row.lora, row.qlora) for row in table]

    def detail(chosen: SizeRow) -> Content:
        return paragraphs(
            [
                heading(chosen.model),
                labelled("Limit", chosen.limit) if chosen.limit else "",
                heading(f"One row of {tokens:,} tokens at a time"),
                columns(whole, right=frozenset((1,))),
                muted("fits: with room to spare   tight: may run out   no: does not fit   by formula"),
            ]
        )

    rows = tuple(
        Row(
            f"size-{number}-{row.model}",
            numbers.parameters(row.parameters),
            f"full {row.full}, LoRA {row.lora}, QLoRA {row.qlora}",
            row.model,
            detail=lambda _width, row=row: detail(row),  # type: ignore[misc]
        )
        for number, row in enumerate(table)
    )
    return Section("What it can train", rows)
