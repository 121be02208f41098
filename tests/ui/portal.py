"""A person at the portal: a page of the browser, and words for what is done and seen there."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.ui.staged import Stage
from tests.ui.watching import Watch

# What is waited for comes, however busy the machine is.
PATIENCE = 120_000
# A step tells its state by nothing but its icon: how the path of each begins.
ICONS = {"completed": "M16.59 7.58", "failed": "M11 15h2v2h-2", "skipped": "M7 11v2h10", "open": "M12 2C6.47 2"}


@dataclass(frozen=True)
class Portal:
    """`origin` is where the app is served, `stage` the world that it calls."""

    page: Page
    origin: str
    stage: Stage
    watch: Watch

    def open(self, path: str) -> None:
        """Load a page of the app by its address."""
        self.page.goto(f"{self.origin}{path}", wait_until="commit")

    def open_task(self, task_id: str) -> None:
        self.open(f"/create/tasks/{task_id}")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def retry(self) -> None:
        """Press "Retry"; the page shows nothing of it before the first event of the new run."""
        with self.page.expect_response("**/retry"):
            self.press("Retry")

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).fill(text)

    def sees(self, *texts: str | re.Pattern[str]) -> None:
        for text in texts:
            expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def sees_no(self, *texts: str | re.Pattern[str]) -> None:
        for text in texts:
            expect(self.page.get_by_text(text).filter(visible=True)).to_have_count(0)

    def sees_link(self, name: str, address: str | re.Pattern[str]) -> None:
        # That it opens a new window stands behind its name.
        link = self.page.get_by_role("link", name=re.compile(f"^{re.escape(name)}"))
        expect(link).to_have_attribute("href", address)

    def sees_step(self, name: str, state: str) -> None:
        """A step of the task that is shown is `open`, `running`, `completed`, `failed` or `skipped`."""
        step = self.page.get_by_test_id("step-label").filter(has=self.page.get_by_text(name, exact=True))
        expect(step).to_have_count(1)
        icon = step.get_by_role("progressbar") if state == "running" else step.locator(f"path[d^='{ICONS[state]}']")
        expect(icon).to_have_count(1)

    def sees_error(self, message: str) -> None:
        """The panel above a task that tells why it failed; the log tells the same in other words."""
        expect(self._error(message)).to_be_visible()

    def sees_no_error(self) -> None:
        expect(self._error("")).to_have_count(0)

    def _error(self, message: str) -> Locator:
        return self.page.get_by_role("button").filter(has_text=f"Error: {message}")

    def choose(self, label: str, option: str) -> None:
        """Pick an option of a field that offers some."""
        self.page.get_by_label(label).click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def cards(self) -> Locator:
        """The cards of the list of templates."""
        return self.page.locator(".MuiCard-root").filter(has=self.page.get_by_test_id("template-card-actions"))

    def card(self, title: str) -> Locator:
        return self.cards().filter(has=self.page.get_by_role("heading", name=title, exact=True))

    def task_id(self) -> str:
        """The task that is shown, by the address."""
        self.page.wait_for_url(re.compile(r"/create/tasks/[0-9a-f-]{36}"))
        return self.page.url.rpartition("/")[2]

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def look_away(self) -> None:
        """Put another tab in front. No browser without a screen does so, hence it is told to the page alone."""
        self._be_hidden(True)

    def come_back(self) -> None:
        self._be_hidden(False)

    def _be_hidden(self, hidden: bool) -> None:
        self.page.evaluate(
            """hidden => {
                Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});
                document.dispatchEvent(new Event('visibilitychange'));
            }""",
            hidden,
        )
