"""Runs the program of a regular expression on a text, paying for every instruction."""

from dataclasses import dataclass

from mock_server.rendering.limits import Budget
from mock_server.rendering.patterns.characters import is_line_end, is_word
from mock_server.rendering.patterns.program import Instruction, Operation

Registers = tuple[int | None, ...]

# The next instruction, the position in the text, and the registers.
State = tuple[int, int, Registers]


@dataclass(slots=True)
class Matcher:
    """Matches one program on one text."""

    program: list[Instruction]
    registers: int
    text: str
    multiline: bool
    any_case: bool
    budget: Budget

    def match(self, start: int) -> Registers | None:
        """The registers of the preferred match that begins exactly at `start`."""
        self.budget.spend(self.registers // 32)
        found = self._run(0, start, (None,) * self.registers)
        if found is None:
            return None
        _, end, registers = found
        return (start, end, *registers[2:])

    def _run(self, counter: int, position: int, registers: Registers) -> State | None:
        program, text, length, budget = self.program, self.text, len(self.text), self.budget
        # Other cases of a character have to be looked up as well.
        price = 2 if self.any_case else 1
        waiting: list[State] = []
        while True:
            budget.remaining -= price
            if budget.remaining < budget.floor:
                budget.end("the regular expression takes too many steps")
            instruction = program[counter]
            operation = instruction.operation
            proceeds = True
            counter += 1
            if operation is Operation.TAKE:
                proceeds = position < length and text[position] in instruction.characters
                position += 1
            elif operation is Operation.SPLIT:
                waiting.append((instruction.second, position, registers))
                counter = instruction.first
            elif operation is Operation.JUMP:
                counter = instruction.first
            elif operation is Operation.MATCH:
                return counter, position, registers
            else:
                state = self._step(instruction, counter, position, registers)
                proceeds = state is not None
                counter, position, registers = state or (counter, position, registers)
            if not proceeds:
                if not waiting:
                    return None
                counter, position, registers = waiting.pop()

    def _step(self, instruction: Instruction, counter: int, position: int, registers: Registers) -> State | None:
        first, last = instruction.first, instruction.second
        self.budget.spend(self.registers // 32)
        match instruction.operation:
            case Operation.SAVE:
                return counter, position, (*registers[:first], position, *registers[first + 1 :])
            case Operation.FORGET:
                return counter, position, (*registers[:first], *((None,) * (last - first)), *registers[last:])
            case Operation.ADVANCED:
                return (counter, position, registers) if registers[first] != position else None
            case Operation.TAKE_BACK:
                found = position > 0 and self.text[position - 1] in instruction.characters
                return (counter, position - 1, registers) if found else None
            case Operation.EDGE:
                return (counter, position, registers) if self._at_edge(instruction.kind, position) else None
            case Operation.LOOK:
                state = self._run(counter, position, registers)
                if (state is None) is not instruction.negative:
                    return None
                return first, position, state[2] if state and not instruction.negative else registers
        moved = self._again(instruction, position, registers)
        return None if moved is None else (counter, moved, registers)

    def _again(self, instruction: Instruction, position: int, registers: Registers) -> int | None:
        first, last = registers[2 * instruction.first], registers[2 * instruction.first + 1]
        if first is None or last is None:
            return position
        backward = instruction.operation is Operation.AGAIN_BACK
        start = position - (last - first) if backward else position
        self.budget.spend((last - first) // 32)
        before, now = self.text[first:last], self.text[start : start + last - first] if start >= 0 else ""
        same = before.upper() == now.upper() if self.any_case else before == now
        return (start if backward else start + last - first) if same else None

    def _at_edge(self, kind: str, position: int) -> bool:
        text = self.text
        if kind == "^":
            return position == 0 or (self.multiline and is_line_end(text[position - 1]))
        if kind == "$":
            return position == len(text) or (self.multiline and is_line_end(text[position]))
        return (is_word(text, position - 1) is not is_word(text, position)) is (kind == "b")
