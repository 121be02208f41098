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
        followers = _followers(head, position)
        if followers:
            position += 1 + followers
            continue
        suspicious += 1
        if position >= _SETTLED_AFTER and suspicious * 100 / length > _TOLERATED_PERCENT:
            return True
        position += 1
    return suspicious * 100 / length > _TOLERATED_PERCENT


def _is_plain(byte: int) -> bool:
    return 7 <= byte <= 14 or 32 <= byte <= 127


def _followers(head: bytes, position: int) -> int:
    """How many bytes continue the character that begins here; 0 if none does."""
    for first, last, count in _SEQUENCES:
        if first <= head[position] <= last:
            rest = head[position + 1 : position + 1 + count]
            return count if len(rest) == count and all(0x80 <= byte <= 0xBF for byte in rest) else 0
    return 0
