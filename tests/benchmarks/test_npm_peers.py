import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.npm_peers import PRISM, WIREMOCK, prism_command, why_absent, wiremock_command
from tests.benchmarks.operations import ANSWERS, OPERATIONS
from tests.benchmarks.peers import MOCK, present


@pytest.fixture
def empty_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    why_absent.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda program: None)
    yield
    why_absent.cache_clear()


@pytest.mark.usefixtures("empty_path")
def test_a_peer_whose_programs_are_not_there_is_absent_and_says_why() -> None:
    assert present([MOCK, PRISM, WIREMOCK]) == (
        [MOCK],
        {PRISM: "no node and no npm", WIREMOCK: "no npm and no java"},
    )


def test_the_document_of_prism_has_every_answer_as_its_example(tmp_path: Path) -> None:
    document = json.loads(Path(prism_command(ANSWERS, tmp_path, 1)[-1]).read_text())
    for id, operation in OPERATIONS.items():
        responses = document["paths"][operation.path][operation.method.lower()]["responses"]
        assert responses[str(operation.status)]["content"]["application/json"]["example"] == ANSWERS[id]


def test_wiremock_has_a_stub_for_every_answer(tmp_path: Path) -> None:
    wiremock_command(ANSWERS, tmp_path, 1)
    stubs = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "mappings").iterdir()}
    assert {id: json.loads(stub["response"]["body"]) for id, stub in stubs.items()} == {
        id: ANSWERS[id] for id in OPERATIONS
    }
