"""The template editor, with a dry run of what is in it."""

import pytest
from playwright.sync_api import expect

TEMPLATE = """\
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: greeting, title: Greeting}
spec:
  type: example
  owner: group:default/guests
  parameters:
    - title: Whom to greet
      required: [name]
      properties:
        name: {title: Name of the guest, type: string}
  steps:
    - id: render
      name: Render the greeting
      action: fetch:template
      input:
        url: ./skeleton
        values: {name: "${{ parameters.name }}"}
    - id: publish
      name: Publish it
      action: publish:github
      input: {repoUrl: github.com?owner=acme&repo=greeting}
  output:
    links:
      - {title: The greeting, url: "https://acme.example/${{ parameters.name }}"}
"""
SKELETON = "Hello ${{ values.name }}!\n"


@pytest.fixture
def editor(portal):
    """The editor at a folder with a template. No person is there to pick one, so it is one that the browser keeps."""
    portal.page.context.add_init_script(
        """window.showDirectoryPicker = async () => {
            const root = await navigator.storage.getDirectory();
            const write = async (folder, name, text) => {
                const file = await (await folder.getFileHandle(name, {create: true})).createWritable();
                await file.write(text);
                await file.close();
            };
            await write(root, 'template.yaml', TEMPLATE);
            await write(await root.getDirectoryHandle('skeleton', {create: true}), 'README.md', SKELETON);
            return root;
        };""".replace("TEMPLATE", repr(TEMPLATE)).replace("SKELETON", repr(SKELETON))
    )
    portal.open("/create/edit")
    portal.page.get_by_text("Load Template Directory").click()
    portal.page.get_by_role("treeitem", name="template.yaml").click()
    return portal


@pytest.mark.parametrize("scenario", ["happy-path", "slow"])
def test_a_dry_run_shows_the_rendered_files_the_log_and_the_output(editor):
    editor.fill("Name of the guest", "Ada")
    editor.press("Review")
    editor.press("Create")
    editor.sees("Dry-run results", "Result 1", "Hello Ada!")
    editor.page.get_by_role("tab", name="Log").click()
    editor.sees("Render the greeting", "Publish it")
    editor.page.get_by_role("tab", name="Output").click()
    expect(editor.page.get_by_role("link", name="The greeting")).to_have_attribute("href", "https://acme.example/Ada")
