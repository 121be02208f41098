"""Whether a file is text, judged as the real server judges it: by its first bytes."""

SAMPLE = 512
_BYTE_ORDER_MARKS = (
    b"\xef\xbb\xbf",
    b"\x00\x00\xfe\xff",
    b"\xff\xfe\x00\x00",
    b"\x84\x31\x95\x33",
    b"\xfe\xff",
    b"\xff\xfe",
)
# The first bytes of UTF-8 sequences, and how many follow.
_SEQUENCES = ((0xC0, 0xDF, 1), (0xE0, 0xEF, 2), (0xF0, 0xF7, 3))
_TOLERATED_PERCENT = 10
_SETTLED_AFTER = 32


def is_binary(content: bytes) -> bool:
    """Whether a file is copied as it is. A few bytes that no text has do not yet make it binary."""
    head = content[: SAMPLE + 3]
    if head.startswith(b"%PDF-"):
        return True
    if not head or head.startswith(_BYTE_ORDER_MARKS):
        return False
    length = min(len(head), SAMPLE)
    suspicious, position = 0, 0
    while position < length:
        byte = head[position]
        if byte == 0:
            return True
        if _is_plain(byte):
            position += 1
            continue
        length_of_character, is_whole = _character(head, position)
        position += length_of_character
        if is_whole:
            continue
        suspicious += 1
        if position > _SETTLED_AFTER and suspicious * 100 / length > _TOLERATED_PERCENT:
            return True
    return suspicious * 100 / length > _TOLERATED_PERCENT


def _is_plain(byte: int) -> bool:
    return 7 <= byte <= 14 or 32 <= byte <= 127


def _character(head: bytes, position: int) -> tuple[int, bool]:
    """How many bytes to go on after one that is not plain, and whether they are a character of UTF-8."""
    for first, last, count in _SEQUENCES:
        if first <= head[position] <= last and position + count < len(head):
            rest = head[position + 1 : position + 1 + count]
            is_whole = all(0x80 <= byte <= 0xBF for byte in rest)
            # Of a broken character, the byte behind the first is passed over unseen.
            return (1 + count, True) if is_whole else (2, False)
    return 1, False
