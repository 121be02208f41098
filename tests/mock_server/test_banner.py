import pytest

from mock_server.app import MockServer, Options
from mock_server.banner import banner
from mock_server.simulator import Principal


def text(options: Options | None = None, address=("127.0.0.1", 7007)) -> str:
    options = options or Options()
    return banner(MockServer(options), options, address=address)


def test_no_line_is_wider_than_a_terminal():
    assert max(len(line) for line in text().splitlines()) <= 80


def test_it_says_where_the_server_listens_and_gives_a_request_to_try():
    assert "http://127.0.0.1:7007/api/scaffolder\n" in text()
    assert 'curl -H "Authorization: Bearer mock-user-token"' in text()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (("0.0.0.0", 1), "http://127.0.0.1:1/"),
        (("::", 1, 0, 0), "http://[::1]:1/"),
        (("192.0.2.1", 1), "http://192.0.2.1:1/"),
    ],
)
def test_a_wildcard_address_is_shown_as_one_that_can_be_called(address, shown):
    assert shown in text(address=address)


def test_it_shows_the_standard_tokens_and_whose_they_are():
    shown = text()
    assert "mock-user-token     user:default/guest" in shown
    assert "mock-service-token  a service" in shown


def test_it_does_not_show_a_token_that_was_given():
    shown = text(Options(tokens={"hush-hush": Principal("user:default/marta")}))
    assert "hush-hush" not in shown
    assert "user:default/marta" in shown
    assert 'curl -H "Authorization: Bearer $TOKEN"' in shown


@pytest.mark.parametrize(("mode", "said"), [("off", "none needed"), ("any", "any (--auth any)")])
def test_it_says_when_tokens_are_not_asked_for(mode, said):
    assert said in text(Options(auth=mode))


def test_it_lists_templates_and_scenarios_and_marks_the_active_one():
    shown = text(Options(scenario="slow"))
    assert "template:default/react-app" in shown
    assert "slow (active)" in shown


def test_it_says_how_fast_time_runs():
    assert "20 times as fast" in text(Options(speed=20))
    assert "times as fast" not in text()


def test_it_says_how_a_backstage_app_finds_the_server_and_who_signs_in_there():
    shown = text(Options(guest="user:default/jun.takeda"))
    assert "Backstage   backend.baseUrl: http://127.0.0.1:7007\n" in shown
    assert "Guest       user:default/jun.takeda\n" in shown


def test_without_companions_no_backstage_app_can_use_it():
    shown = text(Options(companions=False))
    assert "backend.baseUrl" not in shown
    assert "Guest" not in shown


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(), "Control     http://127.0.0.1:7007/_mock/v1/ui/\n"),
        (Options(control_token="hush"), "Control     http://127.0.0.1:7007/_mock/v1/ui/\n"),
        (Options(control_token="hush", listens_here_only=False), "/ui/ (with the control token)\n"),
        (Options(control=False), "Control     off (--no-control)\n"),
        (Options(listens_here_only=False), "Control     off, since others can reach this address"),
    ],
)
def test_it_says_whether_and_to_whom_the_control_is_open(options, said):
    assert said in text(options)
    assert "hush" not in text(options)
