"""The recipes for Playwright, as the README shows them, run as their users run them: by npx and by pytest."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.__main__ import ROOT
from tests.requirements import require
from tests.server_process import running_server

HERE = Path(__file__).parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLAYWRIGHT_CONFIG = """
export default {
  workers: 2,
  reporter: 'line',
  use: { launchOptions: { executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] } },
};
"""
CONFTEST = """
import os
import pytest


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": os.environ["CHROMIUM"], "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture
def app():
    return os.environ["APP"]
"""


class Pages(SimpleHTTPRequestHandler):
    """Serves the folder without a word."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """Where the page that is tested is served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=str(HERE))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/page.html"
        server.shutdown()


@pytest.fixture(scope="module")
def package() -> Path:
    """The Node package of the recipe with its dependencies, which are kept from run to run."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "backstage-scaffolder-mock" / "recipes"
    cache.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    if not (cache / "package-lock.json").exists() or (cache / "package-lock.json").read_bytes() != lock:
        for name in ("package.json", ".npmrc", "package-lock.json"):
            shutil.copy(HERE / name, cache)
        installed = subprocess.run(
            [require("npm"), "ci", "--no-audit", "--no-fund"],
            cwd=cache,
            env={**os.environ, "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if installed.returncode:
            (cache / "package-lock.json").unlink()
            pytest.fail(installed.stderr)
    shutil.copy(HERE / "playwright.spec.mjs", cache)
    (cache / "playwright.config.mjs").write_text(PLAYWRIGHT_CONFIG, encoding="utf-8")
    return cache


def run(command: list[str], folder: Path, **environment: str) -> str:
    """What the command says. It must succeed."""
    chromium = require("chromium")
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "CHROMIUM": chromium, **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_recipe_for_javascript_works(package, app):
    with running_server() as server:
        mock = server.url.removesuffix("/api/scaffolder")
        said = run([require("npx"), "playwright", "test"], package, MOCK=mock, APP=app)
    assert "4 passed" in said


def test_the_recipe_for_python_works(tmp_path, app):
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    shutil.copy(HERE / "recipe.py", tmp_path / "test_recipe.py")
    said = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], tmp_path, APP=app)
    assert "3 passed" in said


@pytest.mark.parametrize(("language", "name"), [("js", "playwright.spec.mjs"), ("python", "recipe.py")])
def test_the_readme_shows_the_beginning_of_the_recipe(language, name):
    shown = next(block for block in re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL) if "playwright" in block)
    assert (HERE / name).read_text(encoding="utf-8").startswith(shown)
