"""On what a result was measured, as results name it."""

import os
import platform


def machine() -> str:
    """System, kind of processor and how many of them there are."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
