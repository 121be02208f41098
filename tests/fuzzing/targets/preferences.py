"""The `Prefer` header: its faults are known ones, or refused in words."""

from collections.abc import Iterator

from mock_server.faults.kinds import KINDS, InvalidFault, fault_to_json, read_fault
from mock_server.faults.preferences import MAX_WISHES, wishes
from tests.fuzzing.target import Target, bytes_of


def check(data: bytes) -> None:
    texts = data.decode("latin-1").split("\n")
    try:
        found = wishes(texts)
    except InvalidFault as refused:
        assert str(refused)
        return
    assert len(found) <= MAX_WISHES
    for wish in found:
        told = fault_to_json(wish.kind, wish.fault)
        assert read_fault(told.pop("fault"), told) == wish.fault


def seeds() -> Iterator[bytes]:
    for text in (
        "scenario=slow, wait=5",
        "fault=drop-after; n=3; how=reset, code=503",
        'fault="latency"; seconds="1.5"',
        'fault=duplicate;n=2\nfault=unknown-event; type=progress, return=minimal; foo="a;b, c"',
    ):
        yield bytes_of(text)


TARGET = Target(
    "preferences",
    check,
    seeds,
    ("fault=", "code=", "; n=", "; seconds=", "; how=", "; type=", '"', ", ", "1e308", "nan", *KINDS),
)
