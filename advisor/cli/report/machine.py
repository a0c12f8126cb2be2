"""What is known about the machine, as text."""

from advisor.cli.report.layout import field, title
from advisor.numbers import decimal, share, size
from heuristics.facts.machine import Device, MachineFacts


def machine_lines(machine: MachineFacts) -> list[str]:
    """Processor, memory, disks and every device with its measured speed."""
    cpu, memory = machine.cpu, machine.memory
    container = f", in {machine.container}" if machine.container else ""
    quota = f", quota {decimal(cpu.cgroup_quota)} processors" if cpu.cgroup_quota is not None else ""
    lines = title("Machine")
    lines += field("system", f"{machine.system}{container}, probed {machine.measured_at}")
    lines += field("processor", f"{cpu.name}, {cpu.cores} cores, {cpu.threads} threads{quota}")
    lines += field("features", ", ".join(cpu.features) or "none that matter for training")
    lines += field(
        "memory", f"{size(memory.available)} free of {size(memory.total)} ({memory.limited_by} limit)"
    )
    for disk in machine.disks:
        state = "" if disk.writable else ", not writable"
        speed = f", writes {decimal(disk.write_mb_per_s)} MB/s (measured)" if disk.write_mb_per_s else ""
        lines += field("disk", f"{size(disk.free)} free for {disk.purpose}{speed}{state}")
    for device in machine.devices:
        lines += _device(device)
    lines += field(
        "torch", f"{machine.torch or 'not installed'} ({', '.join(machine.torch_backends) or 'no backend'})"
    )
    for problem in machine.problems:
        lines += field("problem", problem)
    return lines


def _device(device: Device) -> list[str]:
    busy = f", busy {share(device.utilisation)}" if device.utilisation is not None else ""
    lines = field(
        device.kind if device.kind == "cpu" else f"{device.kind} {device.index}",
        f"{device.name}, {size(device.memory_free)} free of {size(device.memory_total)}{busy}",
    )
    for speed in device.throughput:
        lines += field(
            "",
            f"{speed.dtype} {decimal(speed.tflops)} TFLOP/s "
            f"({decimal(speed.low)} to {decimal(speed.high)}), measured",
        )
    if device.bandwidth_gb_per_s is not None:
        lines += field("", f"memory copy {decimal(device.bandwidth_gb_per_s)} GB/s, measured")
    if device.power is not None:
        lines += field("", f"{decimal(device.power.watts)} W under load ({device.power.source}), measured")
    if device.slowed_by:
        lines += field("", f"slowed down by {', '.join(device.slowed_by)}")
    for each in device.processes:
        held = size(each.memory) if each.memory is not None else "an unknown amount"
        lines += field("", f"{each.name} ({each.pid}) holds {held}")
    if not device.usable:
        lines += field("", f"cannot be used: {device.why_not}")
    return lines
