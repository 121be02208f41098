"""The filters that Backstage adds."""

import re
from urllib.parse import parse_qs, urlsplit

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.filters.inputs import text_only
from mock_server.rendering.limits import COMPARISONS_PER_STEP, Budget
from mock_server.rendering.members import property_of
from mock_server.rendering.routines import Routine
from mock_server.rendering.values import Value, to_text

# Hosts that Backstage has an integration for without configuration, and what each needs: one of several sets of parts.
REQUIRED_PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "github.com": (("owner", "repo"),),
    "gitlab.com": (("owner", "repo"), ("project",)),
    "bitbucket.org": (("workspace", "project", "repo"),),
    "dev.azure.com": (("project", "repo"),),
}

_HOST_END = re.compile("[/?#]")
_DEEP_PATH = re.compile(r"""\.|\[(?:[^\[\]]*|(["'])(?:(?!\1)[^\\]|\\.)*?\1)\]""")
_PATH_PART = re.compile(
    r"""[^.\[\]]+|\[(?:(-?\d+(?:\.\d+)?)|(["'])((?:(?!\2)[^\\]|\\.)*?)\2)\]|(?=(?:\.|\[\])(?:\.|\[\]|\Z))"""
)
_ESCAPED = re.compile(r"\\(\\)?")
_PARTS = ("owner", "repo", "organization", "workspace", "project")


def _parse_repo_url(budget: Budget, value: Value) -> Value:
    return _repository(value, budget)


def _project_slug(budget: Budget, value: Value) -> Value:
    repository = _repository(value, budget)
    return f"{repository.get('owner', 'undefined')}/{repository.get('repo', 'undefined')}"


def _repository(value: Value, budget: Budget) -> dict[str, str]:
    text = text_only(value)
    # Python normalizes any other host, which may take quadratic time.
    if not _HOST_END.split(text, maxsplit=1)[0].isascii():
        raise EvaluationError("no integration is configured for the host of the repository URL")
    budget.spend(4 * text.count("&"))
    try:
        url = urlsplit(f"https://{text}")
        host = url.netloc.lower()
        query = parse_qs(url.query, max_num_fields=100)
    except ValueError as error:
        raise EvaluationError("malformed repository URL") from error
    required = REQUIRED_PARTS.get(host)
    if required is None:
        raise EvaluationError("no integration is configured for the host of the repository URL")
    found = {part: query[part][0].strip("/") for part in _PARTS if query.get(part)}
    if not any(all(found.get(part) for part in parts) for parts in required):
        raise EvaluationError("a part of the repository URL is missing")
    return {"host": host, **found}


def _parse_entity_ref(budget: Budget, value: Value, defaults: Value = UNDEFINED) -> Value:
    if isinstance(value, dict):
        kind, namespace, name = (property_of(value, part, budget) or None for part in ("kind", "namespace", "name"))
    else:
        kind, namespace, name = _reference_parts(text_only(value))
    kind = kind or property_of(defaults, "defaultKind", budget) or None
    namespace = namespace or property_of(defaults, "defaultNamespace", budget) or "default"
    if not (isinstance(kind, str) and isinstance(namespace, str) and isinstance(name, str)):
        raise EvaluationError("the entity reference lacks its kind or name")
    return {"kind": kind, "namespace": namespace, "name": name}


def _reference_parts(reference: str) -> tuple[str | None, str | None, str]:
    before, slash, after = reference.partition("/")
    kind, colon, _ = before.partition(":")
    rest = reference[len(kind) + 1 :] if colon else reference
    namespace, name = (before[len(kind) + 1 :] if colon else before, after) if slash else (None, rest)
    if not name or (colon and not kind) or namespace == "":
        raise EvaluationError("malformed entity reference")
    return kind if colon else None, namespace, name


def _pick(budget: Budget, value: Value, path: Value = UNDEFINED, default: Value = UNDEFINED) -> Value:
    keys = [to_text(key, budget) for key in path] if isinstance(path, list) else _keys(value, path, budget)
    if not keys:
        return default
    budget.spend(len(keys))
    for key in keys:
        value = property_of(value, key, budget)
    return default if value is UNDEFINED else value


def _keys(value: Value, path: Value, budget: Budget) -> list[str]:
    """The keys that lodash's `get` reads in a path; one that leads nowhere deep is a key itself."""
    text = to_text(path, budget)
    budget.spend(text.count(".") + len(text) * (1 + text.count("[")) // COMPARISONS_PER_STEP)
    if not isinstance(path, str) or (isinstance(value, dict) and text in value) or not _DEEP_PATH.search(text):
        return [text]
    keys = [""] if text.startswith(".") else []
    for found in _PATH_PART.finditer(text):
        index, quote, quoted = found.groups()
        keys.append(_ESCAPED.sub(r"\1", quoted) if quote else index or found[0])
    return keys


BACKSTAGE_FILTERS: dict[str, Routine] = {
    "parseEntityRef": _parse_entity_ref,
    "parseRepoUrl": _parse_repo_url,
    "pick": _pick,
    "projectSlug": _project_slug,
}
