"""How many files, and with them connections, this process may have open."""

_ENOUGH = 1 << 20
# What a system without a hard limit allows all the same.
_OFTEN_ALLOWED = 10_240


def raise_limit_of_open_files() -> int | None:
    """Allow as many as nobody else has to allow; returns how many that are, None where there is no limit."""
    try:
        # Not on every system.
        import resource
    except ImportError:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return None
    for limit in (_ENOUGH if hard == resource.RLIM_INFINITY else hard, _OFTEN_ALLOWED):
        if limit <= soft:
            break
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        except (OSError, ValueError):
            continue
        return limit
    return soft
