"""Where things are: the mounts of the plugins and the prefix of worlds."""

MOUNT = "/api/scaffolder"
AUTH_MOUNT = "/api/auth"
COMPANION_MOUNTS = (AUTH_MOUNT, "/api/catalog", "/api/permission")
MOUNTS = (MOUNT, *COMPANION_MOUNTS)
WORLDS_PREFIX = "/worlds/"
