"""Which actions a dry run really executes."""

from mock_server.actions.cataloguing import CATALOGUING
from mock_server.actions.debugging import DEBUGGING
from mock_server.actions.fetching import FETCHING
from mock_server.actions.filesystem import FILESYSTEM
from mock_server.actions.templating import TEMPLATING
from mock_server.actions.workbench import Executor, Input, Output, Workbench

EXECUTORS: dict[str, Executor] = {**FETCHING, **TEMPLATING, **FILESYSTEM, **CATALOGUING, **DEBUGGING}


def execute(action_id: str, input: Input, bench: Workbench) -> Output:
    """Run an action on the workspace: what it gives. Raises ActionFailed or BudgetExhausted.

    An action that nobody wrote an executor for does nothing.
    """
    executor = EXECUTORS.get(action_id)
    return {} if executor is None else executor(input, bench)
