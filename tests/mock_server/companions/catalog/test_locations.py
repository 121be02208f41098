"""Locations are answered as if they were registered, and forgotten."""

import pytest

URL = {"type": "url", "target": "https://github.com/acme/shop/blob/main/catalog-info.yaml"}
COMPONENT = {
    "apiVersion": "backstage.io/v1alpha1",
    "kind": "Component",
    "metadata": {"name": "shop"},
    "spec": {"type": "service", "lifecycle": "production", "owner": "web"},
}


async def test_a_location_is_answered_as_registered_and_forgotten(api):
    response = await api.post("/api/catalog/locations", URL)
    assert response.status_code == 201
    location = response.json()["location"]
    assert location["entityRef"].startswith("location:default/generated-")
    assert response.json()["entities"] == []
    assert (await api.get("/api/catalog/locations")).json() == []
    assert (await api.get(f"/api/catalog/locations/{location['id']}")).status_code == 404


@pytest.mark.parametrize("query", ["", "?dryRun=true"])
async def test_a_target_with_half_a_character_is_answered(api, query):
    body = '{"type": "url", "target": "https://example.com/\\ud800"}'
    headers = {"content-type": "application/json"}
    response = await api.post(f"/api/catalog/locations{query}", content=body, headers=headers)
    assert response.status_code == 201


async def test_a_dry_run_tells_of_the_location_alone(api):
    answer = (await api.post("/api/catalog/locations?dryRun=true", URL)).json()
    assert answer["exists"] is False
    assert [entity["kind"] for entity in answer["entities"]] == ["Location"]


@pytest.mark.parametrize(
    ("query", "body", "message"),
    [
        ("", {"type": "file", "target": "/x"}, 'Registered locations must be of an allowed type ["url"]'),
        ("?dryRun=true", {"type": "url", "target": "nonsense"}, "Error: Unable to read url, Invalid URL"),
        ("?onConflict=x", URL, "request/query/onConflict must be equal to one of the allowed values: refresh, reject"),
    ],
)
async def test_a_location_that_is_none_is_refused(api, query, body, message):
    response = await api.post(f"/api/catalog/locations{query}", body)
    assert response.status_code == 400
    assert response.json()["error"]["message"] == message


async def test_a_strange_member_of_a_location_is_told_as_zod_tells_it(api):
    response = await api.post("/api/catalog/locations", {**URL, "x": 1})
    assert response.json()["error"]["message"].startswith('Malformed request: [\n  {\n    "code": "unrecognized_keys"')


@pytest.mark.parametrize("method", ["DELETE", "GET"])
async def test_no_location_is_known(api, method):
    response = await api.http.request(method, "/api/catalog/locations/x")
    assert response.status_code == 404
    assert response.json()["error"]["message"] == "Found no location with ID x"


async def test_no_entity_comes_from_a_registered_location(api):
    response = await api.get("/api/catalog/locations/by-entity/user/default/guest")
    assert response.json()["error"]["message"].startswith("Found no location with type file and target /")
    unknown = await api.get("/api/catalog/locations/by-entity/user/default/nobody")
    assert unknown.json()["error"]["message"] == "found no entity for ref user:default/nobody"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"limit": 1.5}, "Limit must be a positive integer >= 1"),
        ({"cursor": ""}, "Cursor cannot be empty"),
        ({"cursor": "zz"}, "Malformed cursor, unknown encoding"),
        ({"cursor": "e30="}, 'Malformed cursor: Validation error: Required at "limit"'),
        (
            {"query": {"$not": {"nope": "x"}}},
            "Invalid filter predicate, expected key to be 'id', 'type', 'target', or 'entityRef', got 'nope'",
        ),
    ],
)
async def test_a_query_of_locations_that_means_nothing_is_refused(api, body, message):
    response = await api.post("/api/catalog/locations/by-query", body)
    assert response.json()["error"]["message"] == message


async def test_no_location_is_found(api):
    body = {"query": {"$any": [{"type": "url"}]}}
    response = await api.post("/api/catalog/locations/by-query", body)
    assert response.json() == {"items": [], "totalItems": 0, "pageInfo": {}}


async def test_an_entity_is_suggested_by_the_address(api):
    found = (await api.post("/api/catalog/analyze-location", {"location": URL})).json()
    assert found["generateEntities"][0]["entity"]["metadata"] == {
        "name": "shop",
        "annotations": {"github.com/project-slug": "acme/shop"},
    }
    refused = await api.post("/api/catalog/analyze-location", {"location": {**URL, "target": "x"}})
    assert refused.json()["error"]["message"] == "The given location.target is not a URL"


async def test_a_good_entity_is_valid(api):
    body = {"entity": COMPONENT, "location": "url:https://acme.example/x"}
    response = await api.post("/api/catalog/validate-entity", body)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    ("change", "location", "message"),
    [
        ({}, "nope", "Unable to parse location ref 'nope', expected '<type>:<target>', e.g. 'url:https://host/path'"),
        ({}, "file:/x", "Invalid location ref file:/x, only 'url:<target>' is supported, e.g. url:https://host/path"),
        ({"kind": "Nope"}, "url:x", "No processor recognized the entity nope:default/shop as valid"),
        ({"metadata": {"name": "a b"}}, "url:x", "Policy check failed for component:default/a b; caused by Error:"),
        ({"spec": {}}, "url:x", "/spec must have required property 'type' - missingProperty: type"),
        ({"metadata": {}}, "url:x", "/metadata must have required property 'name' - missingProperty: name"),
    ],
)
async def test_what_is_wrong_with_an_entity_is_told(api, change, location, message):
    body = {"entity": COMPONENT | change, "location": location}
    response = await api.post("/api/catalog/validate-entity", body)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert message in error["message"]
