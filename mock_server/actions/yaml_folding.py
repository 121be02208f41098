"""Where the `yaml` package of npm breaks long lines: at the last single space that keeps them within 80 columns."""

WIDTH = 80
_NARROWEST = 20
_BLANKS = {" ", "\t"}
_GAPS = {"", " ", "\t", "\n"}
_ESCAPE_LENGTHS = {"x": 4, "u": 6}


class Overflow(Exception):
    """A line that cannot be broken is too long."""


def units(text: str) -> str:
    """A text with a character for each UTF-16 code unit, as JavaScript counts them."""
    return "".join(map(chr, memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")))


def fold(text: str, indent: str, column: int | None = None) -> str:
    """A plain or single-quoted string; with a line break before it if there is no room behind `column`."""
    return _Folding(text, indent, column).folded()


def fold_quoted(text: str, indent: str, column: int | None = None) -> str:
    """A double-quoted string, whose words are torn where they have no end."""
    return _QuotedFolding(text, indent, column).folded()


def fold_block(text: str, indent: str) -> str:
    """The lines of a folded block. Raises Overflow."""
    folding = _BlockFolding(text, indent, len(indent))
    folded = folding.folded()
    if folding.overflows:
        raise Overflow
    return folded


class _Folding:
    def __init__(self, text: str, indent: str, column: int | None) -> None:
        self.overflows = False
        self._text, self._indent = units(text), indent
        self._room = max(_NARROWEST, WIDTH - len(indent)) + 1
        self._limit = WIDTH - (len(indent) if column is None else column)
        self._at, self._before = 0, ""
        self._space: int | None = None
        self._breaks: list[int] = []
        if column is not None and column > WIDTH - _NARROWEST:
            self._breaks.append(0)
            self._limit = WIDTH - len(indent)

    def folded(self) -> str:
        if len(self._text) > self._room:
            self._find_breaks()
        else:
            self._breaks.clear()
        written, begin = "", 0
        for place in self._breaks:
            written += self._text[begin:place] + self._kept_at(place) + "\n" + self._indent
            # The space at which a line is broken is dropped.
            begin = place + 1 if place else 0
        written += self._text[begin:]
        return written.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")

    def _find_breaks(self) -> None:
        while self._at < len(self._text):
            character = self._text[self._at]
            self._pass_escape(character)
            if character == "\n":
                self._end_line()
            else:
                following = self._text[self._at + 1 : self._at + 2]
                if character == " " and self._before not in _GAPS and following not in _GAPS:
                    self._space = self._at
                if self._at >= self._limit:
                    character = self._break_line(character)
            self._before = character
            self._at += 1

    def _end_line(self) -> None:
        self._limit, self._space = self._at + len(self._indent) + self._room, None

    def _break_line(self, character: str) -> str:
        """Break the line that has become too long with this character; returns the one to go on behind."""
        if self._space is None:
            return self._break_word(character)
        self._break_at(self._space)
        return character

    def _break_at(self, place: int) -> None:
        self._breaks.append(place)
        self._limit, self._space = place + self._room, None

    def _break_word(self, character: str) -> str:
        self.overflows = True
        return character

    def _pass_escape(self, character: str) -> None:
        """Only what is in double quotes has escapes."""

    def _kept_at(self, _: int) -> str:
        """What stands for the character at which a line is broken."""
        return ""


class _QuotedFolding(_Folding):
    def __init__(self, text: str, indent: str, column: int | None) -> None:
        super().__init__(text, indent, column)
        self._escape = (-1, -1)
        self._torn: set[int] = set()

    def _pass_escape(self, character: str) -> None:
        if character == "\\":
            length = _ESCAPE_LENGTHS.get(self._text[self._at + 1], 2)
            self._escape = self._at, self._at + length - 1
            self._at += length - 1

    def _break_word(self, character: str) -> str:
        while self._before in _BLANKS:
            self._before, self._at = character, self._at + 1
            character = self._text[self._at : self._at + 1]
        begin, end = self._escape
        place = self._at - 2 if self._at > end + 1 else begin - 1
        self._torn.add(place)
        self._break_at(place)
        return character

    def _kept_at(self, place: int) -> str:
        return self._text[place] + "\\" if place in self._torn else ""


class _BlockFolding(_Folding):
    def _find_breaks(self) -> None:
        self._at = self._pass_indented(-1)
        if self._at >= 0:
            self._limit = self._at + self._room
        self._at += 1
        super()._find_breaks()

    def _end_line(self) -> None:
        self._at = self._pass_indented(self._at)
        super()._end_line()

    def _pass_indented(self, at: int) -> int:
        """The last line break before a line that is not indented further than the block."""
        deeper = len(self._indent) + 1
        while len(lead := self._text[at + 1 : at + 1 + deeper]) == deeper and not lead.strip(" \t"):
            end = self._text.find("\n", at + 1)
            at = len(self._text) if end < 0 else end
        return at
