"""Timing that several runs agree on, and a result that can be printed."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One measurement: ours and the peer's in ``unit``, and the bound that ``ours`` must keep."""

    name: str
    ours: float
    peer_name: str
    peer: float
    bound: float
    unit: str = "s"

    @property
    def holds(self) -> bool:
        return self.ours <= self.bound

    @staticmethod
    def header() -> str:
        return f"{'measured':<44}{'neoplex':>10}{'peer':>10}  {'ratio':>7}  {'bound':>8}  holds  peer"

    def __str__(self) -> str:
        ratio = f"{self.ours / self.peer:.3g}" if self.peer else "-"
        return (
            f"{self.name:<44}{self.ours:>9.3f}{self.unit[:1]}{self.peer:>9.3f}{self.unit[:1]}  {ratio:>7}  "
            f"{self.bound:>7.3f}{self.unit[:1]}  {'yes' if self.holds else 'NO':<5}  {self.peer_name}"
        )


def timed(work: Callable[[], object], runs: int = 5) -> float:
    """The median of several runs, in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def run_python(arguments: Sequence[str], **environment: str) -> None:
    """Run this interpreter with arguments; raises CalledProcessError when it fails."""
    import os

    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )
