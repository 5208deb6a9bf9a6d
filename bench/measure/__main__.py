"""Measures Likeness beside its peers on this machine, and reports ratios.

bench/run.sh calls this: python3 bench/measure --build FOLDER --originals FOLDER [--quick]
"""

import argparse
import dataclasses
import pathlib
import signal
import sys
import tempfile

import herd
import hit_ratio
import ladder
import memory_hits
import miss_cpu
import miss_memory
import miss_rate
import quality
import redis_hits
import report
import short_answers
import startup
import tail
from plan import Plan
from processes import Failed
from servers import Servers

CLASSES = [memory_hits, short_answers, redis_hits, hit_ratio, miss_cpu, miss_rate, quality, ladder,
           herd, tail, miss_memory, startup]


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a look: fewer and shorter rounds")
    parser.add_argument("--rounds", type=int, help="of each comparison, instead of the plan's")
    names = [measured.__name__ for measured in CLASSES]
    parser.add_argument("--only", choices=names, help="one group of classes alone")
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--originals", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--results", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def stop(_signal, _frame):
    sys.exit("interrupted")


def main():
    args = arguments()
    # As an exception, so that everything that was started is stopped.
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    plan = Plan.quick() if args.quick else Plan()
    if args.rounds:
        plan = dataclasses.replace(plan, rounds=args.rounds)
    measurements = []
    for measured in CLASSES:
        if args.only not in (None, measured.__name__):
            continue
        print("measuring", measured.__name__.replace("_", " "), "…", file=sys.stderr)
        with (tempfile.TemporaryDirectory(prefix="likeness-bench-") as folder,
              Servers(pathlib.Path(folder), args.build, args.originals.resolve()) as servers):
            measurements += measured.measure(servers, plan)
    results = [one for one in measurements if isinstance(one, report.Result)]
    print(report.table(results))
    if args.only is None:
        figures = [one for one in measurements if isinstance(one, report.Figure)]
        report.write(results, figures, args.results, quick=args.quick)
    return 0 if all(result.held is not False for result in results) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"bench: {failure}")
