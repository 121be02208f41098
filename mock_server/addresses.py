"""Where things are: the mount of the API and the prefix of worlds."""

MOUNT = "/api/scaffolder"
WORLDS_PREFIX = "/worlds/"
