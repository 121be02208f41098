"""Where things are: the mounts, each of two parts of a path, the prefix of worlds, and which hosts are this machine."""

from ipaddress import ip_address

MOUNT = "/api/scaffolder"
AUTH_MOUNT = "/api/auth"
ROOT_MOUNT = "/.backstage/health"
COMPANION_MOUNTS = (AUTH_MOUNT, "/api/catalog", "/api/permission", ROOT_MOUNT)
MOUNTS = (MOUNT, *COMPANION_MOUNTS)
CONTROL_MOUNT = "/_mock/v1"
WORLDS_PREFIX = "/worlds/"


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    name = host.rstrip(".").lower()
    try:
        return name == "localhost" or name.endswith(".localhost") or ip_address(name).is_loopback
    except ValueError:
        return False
