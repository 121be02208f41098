import pytest

from contracts.reports.foreign import LINES, visible, visible_bytes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, and münchen 東京 🚀", "plain, and münchen 東京 🚀"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u202eexe.png", "\\u202eexe.png"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\ufffe\x00", "\\ufffe\\x00"),
        ("##[error]x ##vso[task]", "# #[error]x # #vso[task]"),
        ("a ## heading", "a ## heading"),
    ],
)
def test_what_is_not_printable_is_written_as_an_escape(text, shown):
    assert visible(text, 100) == shown


def test_what_is_too_long_is_counted():
    assert visible("x" * 1_234, 4) == "xxxx... (1,230 more characters)"


def test_some_characters_can_be_kept():
    assert visible("a\n\tb\r", 10, keep=LINES) == "a\n\tb\\r"


def test_bytes_that_are_no_text_are_written_as_escapes():
    assert visible_bytes("ü\n".encode() + b"\xff\x00", 100) == "ü\n\\xff\\x00"


@pytest.mark.parametrize("extra", range(5))
def test_a_long_body_is_not_cut_in_the_middle_of_a_character(extra):
    shown = visible_bytes(b"x" * extra + "🚀€".encode() * 100, 4)
    assert "\\x" not in shown
    assert shown.endswith(f"... (of {extra + 700:,} bytes)")
