"""The filters that Backstage adds."""

import re

from mock_server.entity_refs import DEFAULT_NAMESPACE, MalformedEntityRef, split_entity_ref
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.filters.inputs import text_only
from mock_server.rendering.limits import COMPARISONS_PER_STEP, Budget
from mock_server.rendering.members import property_of
from mock_server.rendering.routines import Routine
from mock_server.rendering.values import Value, to_text, truthy
from mock_server.repo_urls import MalformedRepoUrl, parse_repo_url

# Hosts that Backstage has an integration for without configuration, and the parts that each needs.
REQUIRED_PARTS: dict[str, tuple[str, ...]] = {
    "github.com": ("owner", "repo"),
    "gitlab.com": ("owner", "repo"),
    "bitbucket.org": ("workspace", "project", "repo"),
    "dev.azure.com": ("project", "repo"),
}

_DEEP_PATH = re.compile(r"""\.|\[(?:[^\[\]]*|(["'])(?:(?!\1)[^\\]|\\.)*?\1)\]""")
_PATH_PART = re.compile(
    r"""[^.\[\]]+|\[(?:(-?\d+(?:\.\d+)?)|(["'])((?:(?!\2)[^\\]|\\.)*?)\2)\]|(?=(?:\.|\[\])(?:\.|\[\]|\Z))"""
)
_ESCAPED = re.compile(r"\\(\\)?")


def _parse_repo_url(budget: Budget, value: Value) -> Value:
    return _repository(value, budget)


def _project_slug(budget: Budget, value: Value) -> Value:
    repository = _repository(value, budget)
    return f"{repository.get('owner', 'undefined')}/{repository.get('repo', 'undefined')}"


def _repository(value: Value, budget: Budget) -> dict[str, str]:
    text = text_only(value)
    budget.spend(4 * text.count("&"))
    try:
        url = parse_repo_url(text)
    except MalformedRepoUrl as error:
        raise EvaluationError("malformed repository URL") from error
    required = REQUIRED_PARTS.get(url.host)
    if required is None:
        raise EvaluationError("no integration is configured for the host of the repository URL")
    # What only GitLab takes instead of owner and repository has to be more than slashes.
    if not (url.host == "gitlab.com" and url["project"]) and not all(url.written.get(part) for part in required):
        raise EvaluationError("a part of the repository URL is missing")
    return {"host": url.host, **url.parts}


def _parse_entity_ref(budget: Budget, value: Value, defaults: Value = UNDEFINED) -> Value:
    given = value if isinstance(value, dict) else _reference_parts(text_only(value))
    kind, namespace = (_or_default(given, part, defaults, budget) for part in ("kind", "namespace"))
    name = property_of(given, "name", budget)
    namespace = DEFAULT_NAMESPACE if namespace is UNDEFINED else namespace
    if not all(isinstance(part, str) and part for part in (kind, namespace, name)):
        raise EvaluationError("the entity reference lacks its kind or name")
    return {"kind": kind, "namespace": namespace, "name": name}


def _or_default(given: Value, part: str, defaults: Value, budget: Budget) -> Value:
    value = property_of(given, part, budget)
    if value is not None and value is not UNDEFINED:
        return value
    default = property_of(defaults, f"default{part.title()}", budget)
    return default if truthy(default) else UNDEFINED


def _reference_parts(reference: str) -> dict[str, Value]:
    try:
        parts = zip(("kind", "namespace", "name"), split_entity_ref(reference), strict=True)
    except MalformedEntityRef as error:
        raise EvaluationError(str(error)) from error
    return {part: value for part, value in parts if value is not None}


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
