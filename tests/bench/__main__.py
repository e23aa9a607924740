"""Runs the benchmarks and prints one line for each: what was measured, the peer, the ratio, the bound, and whether it holds.

`make bench` runs all; words given as arguments choose those whose name holds one of them, and ``--sizes 100,1000,10000`` says which
synthetic cohorts are made (these three when not given; 100,000 takes hours on a busy machine and some 30 GB of disk). Exit code 1
when a bound is missed.
"""

from __future__ import annotations

import sys

from tests.bench import basics, scale
from tests.bench.measure import Result

SUITES = [*basics.SUITE, *scale.SUITE]


def main(words: list[str]) -> int:
    if "--sizes" in words:
        place = words.index("--sizes")
        try:
            scale.set_sizes(words[place + 1])
        except (IndexError, ValueError):
            print("--sizes takes numbers joined by commas, as in --sizes 100,1000", file=sys.stderr)
            return 2
        words = [*words[:place], *words[place + 2 :]]
    chosen = [bench for bench in SUITES if not words or any(word in bench.__name__ for word in words)]
    if not chosen:
        print(f"no benchmark has one of {words} in its name", file=sys.stderr)
        return 2
    missed = 0
    print(
        f"# cohorts of {', '.join(f'{size:,}' for size in scale.SIZES)} cases; benchmarks: {', '.join(b.__name__ for b in chosen)}"
    )
    print(Result.header())
    for bench in chosen:
        for result in bench():
            print(result, flush=True)
            missed += not result.holds
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
