"""A few training steps of a model, divided by FSDP2 among the processes; each prints what it keeps, as JSON.

Run by torch.distributed.run with the model's folder; one process alone trains the whole model.
"""

import json
import os
import sys

import torch
import torch.distributed as dist
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from transformers import AutoModelForCausalLM

STEPS, ROWS, LENGTH = 3, 4, 12


def held(tensor: torch.Tensor) -> int:
    """Bytes of the part that this process keeps."""
    own = tensor.to_local() if hasattr(tensor, "to_local") else tensor
    return int(own.numel() * own.element_size())


def main() -> None:
    """Train on this process's share of fixed rows."""
    world, rank = int(os.environ["WORLD_SIZE"]), int(os.environ["RANK"])
    dist.init_process_group("gloo")
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32)
    if world > 1:
        mesh = init_device_mesh("cpu", (world,))
        for layer in model.model.layers:
            fully_shard(layer, mesh=mesh)
        fully_shard(model, mesh=mesh)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    rows = (torch.arange(ROWS * LENGTH).reshape(ROWS, LENGTH) * 7) % 200
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        own = rows[rank::world]
        loss = model(input_ids=own, labels=own).loss
        loss.backward()
        mean = loss.detach().clone()
        dist.all_reduce(mean)
        losses.append(float(mean) / world)
        optimizer.step()
    kept = {
        "weights": sum(held(each) for each in model.parameters()),
        "gradients": sum(held(each.grad) for each in model.parameters() if each.grad is not None),
        "optimizer": sum(
            held(each) for state in optimizer.state.values() for each in state.values() if each.dim() > 0
        ),
    }
    # One write: the lines of two processes must not mix.
    os.write(1, (json.dumps({"losses": losses, **kept}) + "\n").encode())
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
