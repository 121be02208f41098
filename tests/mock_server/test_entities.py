"""Entities from files: every mistake with its place, and what the catalog adds."""

import json
import re
import uuid

import pytest

from mock_server.entities import Entities, complete, load_entity_sources, ref_of
from mock_server.entity_refs import EntityRef
from mock_server.sources import BrokenFile

COMPONENT = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: {name}
"""


@pytest.fixture
def write(tmp_path):
    def write(name: str, text: str):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def names(sources) -> list[str]:
    return [source.data["metadata"]["name"] for source in sources]


def entity(kind: str = "Component", name: str = "cart", **keys) -> dict:
    metadata = {"name": name, **keys.pop("metadata", {})}
    return {"apiVersion": "backstage.io/v1alpha1", "kind": kind, "metadata": metadata, **keys}


def test_files_and_folders_are_read_in_the_order_given(write, tmp_path):
    last = write("last.yaml", COMPONENT.format(name="last"))
    write("folder/b.yml", COMPONENT.format(name="b"))
    write("folder/a.yaml", COMPONENT.format(name="a"))
    write("folder/deep/er/c.yaml", COMPONENT.format(name="c"))
    assert names(load_entity_sources([tmp_path / "folder", last])) == ["a", "b", "c", "last"]


def test_one_file_may_hold_several_entities(write):
    path = write("all.yaml", "---\n".join(COMPONENT.format(name=name) for name in "ab"))
    assert names(load_entity_sources([path])) == ["a", "b"]


def test_only_yaml_files_of_a_folder_are_read(write, tmp_path):
    write("notes.md", "# no entity")
    write("data.json", "{}")
    write("a.yaml", COMPONENT.format(name="a"))
    assert names(load_entity_sources([tmp_path])) == ["a"]


def test_a_folder_called_like_a_file_is_only_a_folder(write, tmp_path):
    write("odd.yaml/a.yaml", COMPONENT.format(name="a"))
    assert names(load_entity_sources([tmp_path])) == ["a"]


def test_a_folder_without_yaml_files_is_a_mistake(tmp_path):
    with pytest.raises(BrokenFile, match="this folder holds no YAML file"):
        load_entity_sources([tmp_path])


def test_a_path_that_does_not_exist_is_a_mistake(tmp_path):
    with pytest.raises(BrokenFile, match=r"nowhere\.yaml: No such file"):
        load_entity_sources([tmp_path / "nowhere.yaml"])


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("kind: Component\n", 1, "<root> must have required property 'apiVersion'"),
        ("\n\n- a list\n", 3, "<root> must be object"),
        ("apiVersion: v1\nkind: 5\nmetadata: {name: a}\n", 2, "/kind must be string"),
        ("apiVersion: ''\nkind: A\nmetadata: {name: a}\n", 1, "/apiVersion must NOT have fewer than 1 characters"),
        ("apiVersion: v1\nkind: A\nmetadata:\n  title: a\n", 3, "/metadata must have required property 'name'"),
        ("apiVersion: v1\nkind: A\nmetadata:\n  name: 5\n", 4, "/metadata/name must be string"),
        ("apiVersion: v1\nkind: A\nmetadata:\n  name: -a\n", 4, "/metadata/name must match pattern"),
        ("apiVersion: v1\nkind: A\nmetadata:\n  name: a b\n", 4, "/metadata/name must match pattern"),
        (
            f"apiVersion: v1\nkind: A\nmetadata:\n  name: {'a' * 64}\n",
            4,
            "/metadata/name must NOT have more than 63 characters",
        ),
        (
            f"apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  namespace: {'a' * 64}\n",
            5,
            "/metadata/namespace must NOT have more than 63 characters",
        ),
        (
            "apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  namespace: a/b\n",
            5,
            "/metadata/namespace must match pattern",
        ),
        (
            "apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  annotations:\n    x/y: 5\n",
            6,
            "/metadata/annotations/x~1y must be string",
        ),
        ("apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: text\n", 4, "/spec must be object"),
        ("apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  tags: [b, 1]\n", 5, "/metadata/tags/1 must be string"),
        ("a: 1\na: 2\n", 2, 'the key "a" stands here a second time'),
    ],
)
def test_a_mistake_is_told_with_its_file_line_and_reason(write, text, line, reason):
    path = write("broken.yaml", text)
    with pytest.raises(BrokenFile) as caught:
        load_entity_sources([path])
    assert (caught.value.path, caught.value.line) == (path, line)
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize("name", ["a", "A1", "my-app_2.0", "a" * 63])
def test_a_name_may_be_what_the_catalog_allows(write, name):
    assert names(load_entity_sources([write("a.yaml", COMPONENT.format(name=name))])) == [name]


def test_two_entities_of_one_name_are_one_too_many(write):
    first = write("first.yaml", COMPONENT.format(name="cart"))
    second = write("second.yaml", COMPONENT.format(name="Cart"))
    with pytest.raises(BrokenFile) as caught:
        load_entity_sources([first, second])
    assert str(caught.value) == f"{second}:4: component:default/cart is already defined in {first}"


def test_entities_of_another_kind_or_namespace_may_share_a_name(write):
    path = write(
        "a.yaml",
        "apiVersion: v1\nkind: Component\nmetadata: {name: a}\n---\n"
        "apiVersion: v1\nkind: Group\nmetadata: {name: a}\n---\n"
        "apiVersion: v1\nkind: Component\nmetadata: {name: a, namespace: other}\n",
    )
    assert len(load_entity_sources([path])) == 3


def test_a_file_given_twice_defines_its_entities_twice(write):
    path = write("a.yaml", COMPONENT.format(name="a"))
    with pytest.raises(BrokenFile, match="is already defined"):
        load_entity_sources([path, path])


def test_the_reference_of_an_entity_is_in_the_default_namespace_unless_it_says_otherwise():
    assert ref_of(entity()) == EntityRef("Component", "default", "cart")
    assert str(ref_of(entity("Group", "Web", metadata={"namespace": "Shop"}))) == "group:shop/web"


ENTITIES = Entities([entity(), entity("Group", "Team-Web"), entity("User", "amara", metadata={"namespace": "Shop"})])


@pytest.mark.parametrize("text", ["component:default/cart", "COMPONENT:Default/CART", "cart", "default/cart"])
def test_an_entity_is_found_whatever_the_case_of_the_reference(text):
    assert ENTITIES.find(text) == entity()


def test_defaults_complete_a_short_reference():
    assert ENTITIES.find("team-web", default_kind="group") == entity("Group", "Team-Web")
    found = ENTITIES.find("user:AMARA", default_namespace="shop")
    assert found == entity("User", "amara", metadata={"namespace": "Shop"})


@pytest.mark.parametrize("text", ["component:default/none", "user:amara", "", ":", "a:b/", "x/"])
def test_what_refers_to_nothing_finds_nothing(text):
    assert ENTITIES.find(text) is None


def test_a_parsed_reference_finds_its_entity():
    assert ENTITIES.get(EntityRef("GROUP", "Default", "team-WEB")) == entity("Group", "Team-Web")
    assert ENTITIES.get(EntityRef("GROUP", "Default", "nobody")) is None


def test_entities_are_listed_in_their_order():
    assert [found["metadata"]["name"] for found in ENTITIES] == ["cart", "Team-Web", "amara"]


def test_an_entity_is_completed_as_the_catalog_completes_it(tmp_path):
    path = tmp_path / "cart.yaml"
    location = f"file:{path}"
    completed = complete(entity(spec={"type": "service"}), path)
    metadata = completed["metadata"]
    assert completed | {"metadata": None} == {
        "metadata": None,
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "spec": {"type": "service"},
    }
    assert metadata["name"] == "cart"
    assert metadata["namespace"] == "default"
    assert uuid.UUID(metadata["uid"]).version == 5
    assert re.fullmatch("[0-9a-f]{40}", metadata["etag"])
    assert metadata["annotations"] == {
        "backstage.io/managed-by-location": location,
        "backstage.io/managed-by-origin-location": location,
    }


def test_an_entity_without_a_spec_gets_an_empty_one(tmp_path):
    assert complete(entity(), tmp_path / "a.yaml")["spec"] == {}


def test_what_an_entity_says_of_itself_is_kept(tmp_path):
    annotations = {"backstage.io/managed-by-location": "url:https://acme.example", "acme.example/x": "y"}
    written = entity(metadata={"namespace": "Shop", "annotations": annotations, "labels": {"a": "b"}})
    metadata = complete(written, tmp_path / "a.yaml")["metadata"]
    assert metadata["namespace"] == "Shop"
    assert metadata["labels"] == {"a": "b"}
    assert metadata["annotations"] == annotations | {
        "backstage.io/managed-by-origin-location": f"file:{tmp_path / 'a.yaml'}"
    }


def test_the_uid_stays_while_the_etag_follows_the_contents(tmp_path):
    path = tmp_path / "a.yaml"
    one, other = complete(entity(), path)["metadata"], complete(entity(spec={"a": 1}), path)["metadata"]
    assert one["uid"] == other["uid"]
    assert one["etag"] != other["etag"]
    assert complete(dict(reversed(entity().items())), path)["metadata"] == one


def test_a_completed_entity_is_json(tmp_path):
    completed = complete(entity("User", "a", spec={"memberOf": ["b"]}), tmp_path / "a.yaml")
    assert json.loads(json.dumps(completed)) == completed


def test_metadata_stand_in_the_order_of_the_real_catalog(tmp_path):
    written = {"name": "demo", "tags": ["a"], "annotations": {"example.com/own": "x"}, "title": "Demo"}
    entity = {"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": written}
    metadata = complete(entity, tmp_path / "demo.yaml")["metadata"]
    assert list(metadata) == ["namespace", "annotations", "name", "tags", "title", "uid", "etag"]
    assert list(metadata["annotations"])[-1] == "example.com/own"
