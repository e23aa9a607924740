"""Runs the benchmarks and prints one line for each: what was measured, the peer, the ratio, the bound, and whether it holds.

`make bench` runs all; words given as arguments choose those whose name holds one of them. Exit code 1 when a bound is missed.
"""

from __future__ import annotations

import sys

from tests.bench import basics
from tests.bench.measure import Result

SUITES = [*basics.SUITE]


def main(words: list[str]) -> int:
    chosen = [bench for bench in SUITES if not words or any(word in bench.__name__ for word in words)]
    if not chosen:
        print(f"no benchmark has one of {words} in its name", file=sys.stderr)
        return 2
    missed = 0
    print(Result.header())
    for bench in chosen:
        for result in bench():
            print(result, flush=True)
            missed += not result.holds
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
