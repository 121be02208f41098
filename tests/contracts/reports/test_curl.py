"""The command lines are run by a real shell, against a server that notes what it gets."""

import http.server
import json
import subprocess
import threading

import pytest

from contracts.exchange import Exchange, Purpose, Request
from contracts.reports.curl import LONGEST_ARGUMENT, body_file, curl, quoted
from contracts.target import Target
from tests.contracts.making import exchange
from tests.server_process import running_server

TOKEN = 'a token\'with "odd" $(characters) and \\'


class Noting(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.noted.append((self.command, self.path, self.headers, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_HEAD = do_ODD = answer  # noqa: N815 as the library looks for them

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with http.server.HTTPServer(("127.0.0.1", 0), Noting) as server:
        server.noted = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def target(server):
    return Target(f"http://127.0.0.1:{server.server_address[1]}/api/scaffolder", headers=(("X-Odd.Key", "the key"),))


def sent_by(command: str, server, cwd=None):
    environment = {"TOKEN": TOKEN, "HEADER_X_ODD_KEY": "the key", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-c", command], env=environment, capture_output=True, text=True, timeout=20, cwd=cwd, check=False
    )
    assert done.returncode == 0, command + done.stderr
    return server.noted.pop()


def asked(method="GET", path="/v2/tasks", query=(), headers=(), body=None, operation="listTasks") -> Exchange:
    request = Request(method, path, tuple(query), tuple(headers), body)
    return Exchange(7, Purpose.ORDINARY, operation, request, None, 0.0, 0.1)


def test_the_shell_puts_the_token_and_the_users_own_headers_in(server, target):
    headers = [("Authorization", "Bearer $TOKEN"), ("X-Odd.Key", "$HEADER_X_ODD_KEY")]
    command = curl(asked(headers=headers), target)
    assert command.startswith('curl --include --header "Authorization: Bearer $TOKEN" --header "X-Odd.Key: $HEADER_X_')
    _, path, noted, _ = sent_by(command, server)
    assert path == "/api/scaffolder/v2/tasks"
    assert noted["authorization"] == f"Bearer {TOKEN}"
    assert noted["x-odd.key"] == "the key"


@pytest.mark.parametrize(
    "value",
    [
        "bearer $TOKEN",
        "Bearer  $TOKENsuffix",
        "Bearer `id` $TOKEN !! \"'\\",
        "$TOKEN$TOKEN",
        "$(id) $HOME `id`",
        "",
        ";",
    ],
)
def test_nothing_else_in_a_header_means_anything_to_the_shell(server, target, value):
    _, _, noted, _ = sent_by(curl(asked(headers=[("Authorization", value)]), target), server)
    assert noted["authorization"] == value.replace("$TOKEN", TOKEN).strip()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"name": "it\'s $HOME `id` \\n !! \\""}',
        b'{\n\t"a": 1\r\n}\n',
        "{\"ü\": '🚀', '\\': 1}\n".encode(),
        b"@/etc/passwd",
        b"##[group]x ###vso[task]\x01",
        b"##[group]x ###vso[task]",
        b"-d x",
        b"\x00\xff\xfe binary",
        b"\x1b[2J \x07",
        "\u202e".encode(),
        b"x" * LONGEST_ARGUMENT,
    ],
)
@pytest.mark.parametrize("headers", [(), (("Content-Type", "application/json"),)])
def test_bodies_arrive_byte_by_byte(server, target, body, headers):
    command = curl(asked("POST", body=body, headers=headers), target)
    assert command.isprintable()
    assert "##[" not in command
    method, _, noted, received = sent_by(command, server)
    assert (method, received) == ("POST", body)
    assert noted["content-type"] == (headers[0][1] if headers else None)


def test_a_long_body_is_read_from_a_file_beside_the_report(server, target, tmp_path):
    found = asked("POST", body=b"\x00" * (LONGEST_ARGUMENT + 1))
    command = curl(found, target)
    assert "2,001 bytes" in command
    (tmp_path / body_file(found)).write_bytes(found.request.body)
    assert sent_by(command, server, cwd=tmp_path)[3] == found.request.body


@pytest.mark.parametrize(
    ("path", "query", "arrives"),
    [
        ("/v2/tasks", [("createdBy", "user:default/o'neil & sons"), ("", "x y")],
         "/v2/tasks?createdBy=user%3Adefault%2Fo%27neil+%26+sons&=x+y"),
        ("/v2/tasks/..%2f/../x/./", [], "/v2/tasks/..%2f/../x/./"),
        ("/v2/tasks/[1-3]{a,b}", [], "/v2/tasks/[1-3]{a,b}"),
        ("/v2/tasks/$HOME`id`'\"\\", [], "/v2/tasks/$HOME`id`'\"\\"),
        ("/v2/tasks", [("after", "\ud800")], "/v2/tasks?after=%ED%A0%80"),
    ],
)  # fmt: skip
def test_the_address_is_as_it_was_sent(server, target, path, query, arrives):
    command = curl(asked(path=path, query=query), target)
    assert sent_by(command, server)[1] == f"/api/scaffolder{arrives}"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "HEAD", "ODD"])
def test_the_method_is_as_it_was_sent(server, target, method):
    assert sent_by(curl(asked(method), target), server)[0] == method


def test_a_body_on_a_get_stays_a_get(server, target):
    assert sent_by(curl(asked(body=b"{}"), target), server)[0] == "GET"


def test_a_stream_is_shown_as_it_comes(target):
    assert "--no-buffer" in curl(exchange("getTaskEventStream", task_id="1"), target)
    assert "--no-buffer" not in curl(exchange("getTask", task_id="1"), target)


@pytest.mark.parametrize(
    ("verify", "option"), [(False, " --insecure "), ("/etc/my ca.pem", " --cacert '/etc/my ca.pem' "), (True, " ")]
)
def test_certificates_are_checked_as_the_run_did(verify, option):
    assert f"--include{option}https:" in curl(asked(), Target("https://portal.example/api/scaffolder", verify=verify))


def test_half_a_command_is_never_shown(target):
    long = asked(query=[("createdBy", "x" * 5_000)])
    assert curl(long, target, longest=4_000).startswith("# the command has 5,")
    assert "xxxxx" in curl(long, target)


def test_control_characters_are_quoted_for_the_shell():
    assert quoted("a'b\\\n\x1b\ud800") == r"$'a\'b\\\n\x1b\xed\xa0\x80'"


def test_the_mock_answers_a_command_as_it_answered_the_suite():
    with running_server() as server:
        found = exchange(
            "createTask",
            sent={"templateRef": "template:default/hello-world", "values": {"name": "it's"}},
            request_headers=[("Authorization", "Bearer $TOKEN"), ("Content-Type", "application/json")],
        )
        done = subprocess.run(
            ["bash", "-c", curl(found, Target(server.url))],
            env={"TOKEN": "mock-user-token", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    assert done.stdout.startswith("HTTP/1.1 201")
    assert json.loads(done.stdout.splitlines()[-1])["id"]
