"""Probes drive the target and record what it does; they judge nothing."""

from contracts.probes.actions import ACTIONS
from contracts.probes.auth import AUTHENTICATION
from contracts.probes.bodies import BODIES
from contracts.probes.cancellation import CANCELLATION, LONG_WATCH
from contracts.probes.concurrency import CONCURRENCY
from contracts.probes.dry_run import DRY_RUN
from contracts.probes.existing_tasks import EXISTING_TASKS
from contracts.probes.extensions import EXTENSIONS
from contracts.probes.hostile_input import HOSTILE_INPUT
from contracts.probes.hostile_values import HOSTILE_VALUES
from contracts.probes.life import LIFE
from contracts.probes.paging import PAGING
from contracts.probes.parameters import PARAMETERS
from contracts.probes.paths import PATHS
from contracts.probes.probe import Probe
from contracts.probes.racing import RACING
from contracts.probes.reruns import RERUNS
from contracts.probes.streams import STREAMS
from contracts.probes.templates import TEMPLATES
from contracts.probes.unknown_tasks import UNKNOWN_TASKS

# Between finding the templates and looking back, all of these run at once.
ALL_PROBES: tuple[Probe, ...] = (
    LIFE,
    CANCELLATION,
    LONG_WATCH,
    EXISTING_TASKS,
    UNKNOWN_TASKS,
    AUTHENTICATION,
    PARAMETERS,
    BODIES,
    PATHS,
    DRY_RUN,
    TEMPLATES,
    ACTIONS,
    HOSTILE_INPUT,
    HOSTILE_VALUES,
    CONCURRENCY,
    RACING,
    STREAMS,
    RERUNS,
    PAGING,
    EXTENSIONS,
)
