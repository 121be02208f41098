import pytest

from contracts.reports.written import write_reports
from tests.contracts.making import exchange
from tests.contracts.reports import making
from tests.contracts.reports.making import SECRETS, broken, failed, report


@pytest.mark.parametrize("make", making.ALL)
def test_three_reports_are_written_and_none_tells_a_secret(make, tmp_path):
    folder = tmp_path / "new" / "folder"
    written = write_reports(make(), folder)
    assert [path.name for path in written[:3]] == ["junit.xml", "report.json", "report.html"]
    assert sorted(written) == sorted(folder.iterdir())
    assert not any(secret.encode() in path.read_bytes() for path in written for secret in SECRETS)


def test_a_body_too_long_for_a_command_is_a_file(tmp_path):
    large = exchange("dryRunTask", 500, request_content=b"[" * 100_000)
    *_, body = write_reports(report(failed("ROBUST-01", broken("500", large))), tmp_path)
    assert body.read_bytes() == b"[" * 100_000
    assert f"--data-binary @{body.name}" in (tmp_path / "report.html").read_text()


def test_a_folder_that_cannot_be_made_is_an_error_of_the_system(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        write_reports(making.conforming(), tmp_path / "file")
