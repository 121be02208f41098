"""Which answers can be judged, and what is said of them."""

from statistics import median

from contracts.evidence import Evidence
from contracts.exchange import Exchange

NEEDS_THE_TARGET = "answers in time (--time-budget gives more), and others than 429, 502, 503 and 504"
NEEDS_A_TOKEN = "--token, so that there is a right one"  # noqa: S105
NEEDS_ROOM = "room within --max-tasks, since each of these requests could create a task"
NEEDS_A_TASK = "--template and --values, so that a task can be created"
RIGHT = "Bearer $TOKEN"
# So many answers, each after so many seconds, come from a server that has too much to do.
FEW_ANSWERS = 5
QUICK_ANSWER = 0.3
SLOW_ANSWER = 1.5
# What stands between the suite and the server says these, and they are not about the request.
NOT_NOW = frozenset({429, 502, 503, 504})


def answered(exchange: Exchange) -> bool:
    """Whether the answer is the server's, to this request."""
    return exchange.status is not None and exchange.status not in NOT_NOW


def is_refusal(exchange: Exchange) -> bool:
    return exchange.status is not None and 400 <= exchange.status < 500


def is_success(exchange: Exchange) -> bool:
    return exchange.status is not None and 200 <= exchange.status < 300


def has_right_token(exchange: Exchange) -> bool:
    """Whether it was asked with the target's own token, and with nothing else."""
    return [value for name, value in exchange.request.headers if name.lower() == "authorization"] == [RIGHT]


def later_lists(evidence: Evidence, exchange: Exchange | None) -> list[Exchange]:
    """The whole task lists that were asked for after this exchange was over (None: at any time)."""
    return [
        listing
        for listing in evidence.authenticated
        if listing.operation == "listTasks"
        and listing.status == 200
        and listing.trouble is None
        and not listing.request.query
        and (exchange is None or listing.began >= exchange.ended)
    ]


def told(exchange: Exchange) -> str:
    """The answer in a few words: its status, and the media type where that says something."""
    if exchange.response is None:
        return str(exchange.trouble or "no answer")
    media_type = exchange.response.media_type
    return f"{exchange.status}" if media_type in {"", "application/json"} else f"{exchange.status} as {media_type}"


def mentions(exchange: Exchange, text: str) -> bool:
    """Whether the text stands in the body of the answer."""
    return exchange.response is not None and text.encode() in exchange.response.body


def was_overburdened(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether the target went on answering, though slowly, whatever else it was asked: it has too much to do, or the
    judge has. One that stands still answers nothing, and one that hangs over a single request all others at once."""
    took = [
        other.ended - other.began
        for other in evidence.exchanges
        if other.stream is None
        and other.trouble is None
        and other.operation != "getTaskEvents"
        and exchange.began < other.ended < exchange.ended
    ]
    return len(took) >= FEW_ANSWERS and median(took) > SLOW_ANSWER


def was_well(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether target and judge were quick meanwhile, as far as anything shows it: what else was asked was answered at
    once."""
    took = [
        other.ended - other.began
        for other in evidence.exchanges
        if other is not exchange
        and other.stream is None
        and other.operation != "getTaskEvents"
        and exchange.began < other.ended < exchange.ended
    ]
    return not took or median(took) < QUICK_ANSWER
