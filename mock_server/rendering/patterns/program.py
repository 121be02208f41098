"""Compiles a regular expression into instructions for the matcher."""

from dataclasses import dataclass, field
from enum import Enum, auto

from mock_server.rendering.errors import BudgetExhausted, TemplateSyntaxError
from mock_server.rendering.limits import Budget
from mock_server.rendering.patterns.characters import Characters
from mock_server.rendering.patterns.syntax import Again, Choice, Edge, Group, Look, Node, Repetition, Sequence, Single

LONGEST = 4_000
NOTHING = Characters()


class Operation(Enum):
    """What an instruction does."""

    TAKE = auto()
    TAKE_BACK = auto()
    SPLIT = auto()
    JUMP = auto()
    SAVE = auto()
    FORGET = auto()
    ADVANCED = auto()
    AGAIN = auto()
    AGAIN_BACK = auto()
    EDGE = auto()
    LOOK = auto()
    MATCH = auto()


@dataclass(slots=True)
class Instruction:
    """One step; `first` and `second` are targets, registers or a group's number, as the operation says."""

    operation: Operation
    first: int = 0
    second: int = 0
    characters: Characters = NOTHING
    kind: str = ""
    negative: bool = False


@dataclass(slots=True)
class Compiler:
    """Builds one program; registers hold group boundaries, then the starts of loops."""

    groups: int
    names: dict[str, int]
    budget: Budget
    instructions: list[Instruction] = field(default_factory=list)
    registers: int = 0

    def compile(self, node: Node) -> list[Instruction]:
        """The program that matches `node`."""
        self.registers = 2 * (self.groups + 1)
        self._emit_node(node, False)
        self._emit(Instruction(Operation.MATCH))
        return self.instructions

    def _emit(self, instruction: Instruction) -> Instruction:
        if len(self.instructions) >= LONGEST:
            raise BudgetExhausted("the regular expression is too large")
        self.instructions.append(instruction)
        return instruction

    def _emit_node(self, node: Node, backward: bool) -> None:
        # Also for what becomes no instruction, since that may be repeated any number of times.
        self.budget.spend()
        match node:
            case Single(characters):
                self._emit(Instruction(Operation.TAKE_BACK if backward else Operation.TAKE, characters=characters))
            case Sequence(parts):
                for part in reversed(parts) if backward else parts:
                    self._emit_node(part, backward)
            case Choice(alternatives):
                self._emit_choice(alternatives, backward)
            case Repetition():
                self._emit_repetition(node, backward)
            case Group(part, number):
                self._emit(Instruction(Operation.SAVE, 2 * number + backward))
                self._emit_node(part, backward)
                self._emit(Instruction(Operation.SAVE, 2 * number + (not backward)))
            case Look(part, behind, negative):
                look = self._emit(Instruction(Operation.LOOK, negative=negative))
                self._emit_node(part, behind)
                self._emit(Instruction(Operation.MATCH))
                look.first = len(self.instructions)
            case Again(group):
                operation = Operation.AGAIN_BACK if backward else Operation.AGAIN
                self._emit(Instruction(operation, self._number(group)))
            case Edge(kind):
                self._emit(Instruction(Operation.EDGE, kind=kind))

    def _emit_choice(self, alternatives: tuple[Node, ...], backward: bool) -> None:
        exits = []
        for alternative in alternatives[:-1]:
            split = self._emit(Instruction(Operation.SPLIT, len(self.instructions) + 1))
            self._emit_node(alternative, backward)
            exits.append(self._emit(Instruction(Operation.JUMP)))
            split.second = len(self.instructions)
        self._emit_node(alternatives[-1], backward)
        for jump in exits:
            jump.first = len(self.instructions)

    def _emit_repetition(self, loop: Repetition, backward: bool) -> None:
        for _ in range(loop.least):
            self._emit_round(loop, backward)
        if loop.most is None:
            split = self._emit(Instruction(Operation.SPLIT))
            start = len(self.instructions) - 1
            self._emit_optional_round(loop, backward)
            self._emit(Instruction(Operation.JUMP, start))
            self._aim(split, start + 1, loop.greedy)
            return
        splits = []
        for _ in range(loop.most - loop.least):
            splits.append((self._emit(Instruction(Operation.SPLIT)), len(self.instructions)))
            self._emit_optional_round(loop, backward)
        for split, entry in splits:
            self._aim(split, entry, loop.greedy)

    def _emit_optional_round(self, loop: Repetition, backward: bool) -> None:
        register = self.registers
        self.registers += 1
        self._emit(Instruction(Operation.SAVE, register))
        self._emit_round(loop, backward)
        self._emit(Instruction(Operation.ADVANCED, register))

    def _emit_round(self, loop: Repetition, backward: bool) -> None:
        if loop.first <= loop.last:
            self._emit(Instruction(Operation.FORGET, 2 * loop.first, 2 * loop.last + 2))
        self._emit_node(loop.part, backward)

    def _aim(self, split: Instruction, entry: int, greedy: bool) -> None:
        leave = len(self.instructions)
        split.first, split.second = (entry, leave) if greedy else (leave, entry)

    def _number(self, group: int | str) -> int:
        number = self.names.get(group, 0) if isinstance(group, str) else group
        if not 0 < number <= self.groups:
            raise TemplateSyntaxError("a regular expression refers to a group it does not have")
        return number
