"""Where things are: the mounts of the plugins and the prefix of worlds."""

MOUNT = "/api/scaffolder"
COMPANION_MOUNTS = ("/api/auth", "/api/catalog", "/api/permission")
MOUNTS = (MOUNT, *COMPANION_MOUNTS)
WORLDS_PREFIX = "/worlds/"
