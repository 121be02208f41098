"""Which actions a dry run really executes."""

from mock_server.actions.cataloguing import CATALOGUING
from mock_server.actions.debugging import DEBUGGING
from mock_server.actions.fetching import FETCHING
from mock_server.actions.filesystem import FILESYSTEM
from mock_server.actions.rehearsing import REHEARSING
from mock_server.actions.templating import TEMPLATING
from mock_server.actions.workbench import Executor, Input, Output, Workbench

EXECUTORS: dict[str, Executor] = {
    **FETCHING,
    **TEMPLATING,
    **FILESYSTEM,
    **CATALOGUING,
    **DEBUGGING,
    **REHEARSING,
}


def execute(action_id: str, input: Input, bench: Workbench) -> Output | None:
    """Run an action on the workspace: what it gives, or None for an action that nobody wrote an executor for.

    Raises ActionFailed or BudgetExhausted.
    """
    executor = EXECUTORS.get(action_id)
    return None if executor is None else executor(input, bench)
