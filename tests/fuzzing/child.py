"""The process in which one target is fuzzed: libFuzzer takes the whole of one, and ends it when it is done."""

import sys
from itertools import islice

import atheris

from tests.fuzzing.catalogue import PARSERS, load
from tests.fuzzing.checking import check_within

# What is instrumented runs slower; without that, a second is enough.
SECONDS = 4.0
WARMING = 10


def main(arguments: list[str]) -> None:
    """Fuzz the target of the first argument; the others are for libFuzzer. Does not return."""
    name, *options = arguments
    with atheris.instrument_imports(include=list(PARSERS[name])):
        target = load(name)
        # Some of it is imported when it is first needed.
        for data in islice(target.seeds(), WARMING):
            target.check(data)
    atheris.Setup([sys.argv[0], *options], lambda data: check_within(target, data, SECONDS))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
