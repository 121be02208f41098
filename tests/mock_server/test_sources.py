import pytest

from mock_server.sources import BrokenFile, read_sources


@pytest.fixture
def read(tmp_path):
    def write_and_read(text: str):
        path = tmp_path / "file.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_sources(path)

    return write_and_read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("2026-11-22", "2026-11-22"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("12", 12),
        ("-3", -3),
        ("010", 10),
        ("0x1f", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".nan", ".nan"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("'12'", "12"),
        ("!!str 12", "12"),
    ],
)
def test_plain_scalars_are_read_as_yaml_1_2_reads_them(read, text, value):
    (source,) = read(f"key: {text}\n")
    assert source.data == {"key": value}
    assert type(source.data["key"]) is type(value)


def test_empty_documents_are_left_out(read):
    assert [source.data for source in read("---\n---\na: 1\n---\n")] == [{"a": 1}]


def test_a_mistake_is_reported_with_the_line_of_its_location(read):
    (source,) = read("a:\n  - b: 1\n  - b: 2\n")
    assert str(source.broken(("a", 1, "b"), "no")).endswith("file.yaml:3: no")


def test_a_missing_key_is_reported_at_its_parent(read):
    (source,) = read("a: 1\nb:\n  c: 2\n")
    assert source.broken(("b", "nowhere", 3), "no").line == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\nb: 2\na: 3\n", ':3: the key "a" stands here a second time'),
        ("a: [1, 2\n", ":2: did not find expected"),
        ("? [a]\n: 1\n", ":1: a key must be a string"),
        ("a: !secret x\n", ":1: the tag !secret is not known"),
        ("a: " + "[" * 150 + "]" * 150, ":1: nested deeper than 100 levels"),
    ],
)
def test_a_broken_file_says_where_and_why(read, text, reason):
    with pytest.raises(BrokenFile) as caught:
        read(text)
    assert f"file.yaml{reason}" in str(caught.value)


def test_aliases_may_not_unfold_without_end(read):
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    with pytest.raises(BrokenFile, match="unfolds to more than"):
        read("\n".join(levels))


def test_an_alias_may_not_contain_itself(read):
    with pytest.raises(BrokenFile):
        read("a: &a [*a]\n")


def test_bytes_that_are_no_text_are_a_broken_file(read):
    with pytest.raises(BrokenFile):
        read(b"a: \xff\xfe\x00\n")


def test_a_huge_file_is_refused_unread(read):
    with pytest.raises(BrokenFile, match="larger than"):
        read("# " + "x" * 5_000_000)


def test_a_missing_file_is_a_broken_file(tmp_path):
    with pytest.raises(BrokenFile, match="No such file"):
        read_sources(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? ", "? - "])
def test_nesting_that_would_end_the_process_is_a_mistake(read, opening):
    with pytest.raises(BrokenFile, match="nested deeper than 100 levels"):
        read(opening * 200_000)


def test_a_long_file_may_be_as_deep_as_a_short_one(read):
    deepest = "[" * 100 + "]" * 100
    (source,) = read(f"long: [{'{a: 1}, ' * 2_000}]\ndeep: {deepest}\n")
    assert len(source.data["long"]) == 2_000
    with pytest.raises(BrokenFile, match=":2: nested deeper than 100 levels"):
        read(f"long: [{'{a: 1}, ' * 2_000}]\ndeep: [{deepest}]\n")
