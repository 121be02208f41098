"""Where things are: the mounts, each of two parts of a path, and the prefix of worlds."""

MOUNT = "/api/scaffolder"
AUTH_MOUNT = "/api/auth"
ROOT_MOUNT = "/.backstage/health"
COMPANION_MOUNTS = (AUTH_MOUNT, "/api/catalog", "/api/permission", ROOT_MOUNT)
MOUNTS = (MOUNT, *COMPANION_MOUNTS)
WORLDS_PREFIX = "/worlds/"
