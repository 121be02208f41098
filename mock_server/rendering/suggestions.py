"""Names that somebody may have meant."""

from collections.abc import Iterable

LONGEST = 64


def unknown(kind: str, name: str, candidates: Iterable[str]) -> str:
    """That there is nothing of this name, and what there is of a similar one."""
    suggestion = nearest(name, candidates)
    return f'Unknown template {kind} "{name}"' + (f'; did you mean "{suggestion}"?' if suggestion else "")


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The first of the candidates that are fewest slips away, if any is few enough."""
    if len(name) > LONGEST:
        return None
    most = 1 if len(name) <= 4 else 2 if len(name) <= 10 else 3
    near = ((_slips(name, each), each) for each in candidates if abs(len(each) - len(name)) <= most)
    return min(((slips, each) for slips, each in near if slips <= most), default=(0, None), key=lambda pair: pair[0])[1]


def _slips(one: str, other: str) -> int:
    """How many letters were left out, added, exchanged or swapped with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        following = [i + 1]
        for j, wanted in enumerate(other):
            slips = min(row[j + 1] + 1, following[j] + 1, row[j] + (letter != wanted))
            if i and j and letter == other[j - 1] and one[i - 1] == wanted:
                slips = min(slips, before[j - 1] + 1)
            following.append(slips)
        before, row = row, following
    return row[-1]
