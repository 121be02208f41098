"""The operations of the catalog that read entities, over the demo entities."""

import base64
import json

import pytest


async def names(api, path: str) -> list[str]:
    body = (await api.get(f"/api/catalog{path}")).json()
    return [entity["metadata"]["name"] for entity in (body if isinstance(body, list) else body["items"])]


async def refusal(api, path: str, body=None) -> str:
    target = f"/api/catalog{path}"
    response = await (api.get(target) if body is None else api.post(target, body))
    assert response.status_code == 400
    return response.json()["error"]["message"]


USERS = ["amara.okafor", "guest", "ines.carvalho", "jun.takeda", "marek.zelenka", "priya.raman", "tobias.lindqvist"]


async def test_a_list_goes_by_the_filter_and_the_order(api):
    found = await names(api, "/entities?filter=kind%3Duser&order=asc%3Ametadata.name")
    assert found == USERS


async def test_a_list_with_a_limit_says_where_it_goes_on(api):
    path = "/entities?filter=kind%3Duser&order=desc%3Ametadata.name&limit=4&fields=metadata.name"
    response = await api.get(f"/api/catalog{path}")
    link, _, rel = response.headers["link"].partition(">")
    assert rel == '; rel="next"'
    seen = [entity["metadata"]["name"] for entity in response.json()]
    assert seen + await names(api, link.removeprefix("<")) == [*reversed(USERS)]


async def test_the_last_of_a_list_says_nothing_of_more(api):
    response = await api.get("/api/catalog/entities?filter=kind%3Duser&limit=7")
    assert "link" not in response.headers


async def test_the_link_keeps_the_rest_of_the_query_but_for_the_offset(api):
    response = await api.get("/api/catalog/entities?limit=1&offset=2&filter=kind%3Duser&fields=kind,metadata.name")
    after = "eyJsaW1pdCI6MSwib2Zmc2V0IjozfQ%3D%3D"
    query = f"limit=1&filter=kind%3Duser&fields=kind%2Cmetadata.name&after={after}"
    assert response.headers["link"] == f'</entities?{query}>; rel="next"'


async def test_pages_lead_forth_and_back(api):
    path = "/entities/by-query?filter=kind%3Duser&orderField=metadata.name,asc&limit=3&fields=metadata.name"
    pages = [(await api.get(f"/api/catalog{path}")).json()]
    while "nextCursor" in pages[-1]["pageInfo"]:
        cursor = pages[-1]["pageInfo"]["nextCursor"]
        pages.append((await api.get("/api/catalog/entities/by-query", params={"cursor": cursor, "limit": 3})).json())
    found = [[entity["metadata"]["name"] for entity in page["items"]] for page in pages]
    assert found == [USERS[:3], USERS[3:6], USERS[6:]]
    assert [page["totalItems"] for page in pages] == [7, 7, 7]
    assert "prevCursor" not in pages[0]["pageInfo"]
    body = {"cursor": pages[2]["pageInfo"]["prevCursor"], "limit": 3, "fields": ["metadata.name"]}
    back = (await api.post("/api/catalog/entities/by-query", body)).json()
    assert back["items"] == [{"metadata": {"name": name}} for name in USERS[3:6]]
    assert {"nextCursor", "prevCursor"} == back["pageInfo"].keys()


async def test_a_predicate_chooses_entities(api):
    query = {"$all": [{"kind": "Component"}, {"$not": {"metadata.tags": {"$in": ["python", "SQL"]}}}]}
    body = {"query": query, "orderBy": [{"field": "metadata.name", "order": "asc"}], "fields": ["metadata.name"]}
    found = (await api.post("/api/catalog/entities/by-query", body)).json()
    assert [entity["metadata"]["name"] for entity in found["items"]] == ["acme-ui", "storefront-web"]
    assert found["totalItems"] == 2


async def test_nobody_but_the_count_is_asked_for(api):
    response = await api.get("/api/catalog/entities/by-query?limit=0&filter=kind%3Duser")
    assert response.json() == {"items": [], "totalItems": 7, "pageInfo": {}}


async def test_the_count_can_be_left_out(api):
    response = await api.get("/api/catalog/entities/by-query?limit=0&totalItems=exclude")
    assert response.json()["totalItems"] == 0


async def test_a_text_is_found_in_the_named_fields(api):
    fields = "metadata.name,metadata.title,spec.profile.displayName"
    path = f"/entities/by-query?filter=kind%3Duser&fullTextFilterTerm=RAMAN&fullTextFilterFields={fields}"
    assert await names(api, path) == ["priya.raman"]


async def test_references_are_answered_in_their_order(api):
    body = {"entityRefs": ["user:default/guest", "user:default/nobody", "User:default/guest"], "fields": ["kind"]}
    response = await api.post("/api/catalog/entities/by-refs", body)
    assert response.json() == {"items": [{"kind": "User"}, None, None]}


async def test_who_is_not_chosen_is_not_found_by_reference(api):
    body = {
        "entityRefs": ["user:default/guest", "group:default/guests"],
        "query": {"kind": "group"},
        "fields": ["kind"],
    }
    response = await api.post("/api/catalog/entities/by-refs?filter=metadata.name%3Dguests", body)
    assert response.json() == {"items": [None, {"kind": "Group"}]}


async def test_references_without_a_body_are_missed_in_the_words_of_the_real_catalog(api):
    response = await api.http.post("/api/catalog/entities/by-refs")
    assert response.json()["error"]["message"].endswith('Validation error: Required at "entityRefs"')


async def test_values_are_counted(api):
    response = await api.get("/api/catalog/entity-facets?facet=kind&facet=spec.TYPE&filter=kind%3Dgroup")
    assert response.json() == {
        "facets": {
            "kind": [{"value": "Group", "count": 4}],
            "spec.TYPE": [
                {"value": "department", "count": 1},
                {"value": "other", "count": 1},
                {"value": "team", "count": 2},
            ],
        }
    }
    body = {"facets": ["kind", ""], "query": {"kind": {"$hasPrefix": "gr"}}}
    assert (await api.post("/api/catalog/entity-facets", body)).json()["facets"] == {
        "kind": [{"value": "Group", "count": 4}]
    }


async def test_an_entity_comes_from_the_location_of_its_file(api):
    found = (await api.get("/api/catalog/entities/by-name/User/Default/Guest/ancestry")).json()
    (guest, location) = found["items"]
    assert found["rootEntityRef"] == "user:default/guest"
    assert guest["entity"]["metadata"]["name"] == "guest"
    assert location["entity"]["kind"] == "Location"
    assert guest["parentEntityRefs"] == [f"location:default/{location['entity']['metadata']['name']}"]
    assert location["parentEntityRefs"] == []


async def test_nothing_is_known_of_where_nobody_comes_from(api):
    response = await api.get("/api/catalog/entities/by-name/user/default/nobody/ancestry")
    assert response.status_code == 404
    assert response.json()["error"]["message"] == "No such entity user:default/nobody"


async def test_an_entity_is_found_by_its_uid(api):
    guest = (await api.get("/api/catalog/entities/by-name/user/default/guest")).json()
    found = await api.get(f"/api/catalog/entities/by-uid/{guest['metadata']['uid'].upper()}")
    assert found.json() == guest


async def test_no_entity_has_another_uid(api):
    response = await api.get("/api/catalog/entities/by-uid/0")
    assert response.status_code == 404
    assert response.json()["error"]["message"] == "No entity with uid 0"


async def test_no_entity_is_deleted(api):
    uid = (await api.get("/api/catalog/entities/by-name/user/default/guest")).json()["metadata"]["uid"]
    refused = await api.http.delete(f"/api/catalog/entities/by-uid/{uid}")
    assert refused.status_code == 403
    assert refused.json()["error"]["name"] == "NotAllowedError"
    assert (await api.http.delete("/api/catalog/entities/by-uid/0")).status_code == 204
    assert (await api.get(f"/api/catalog/entities/by-uid/{uid}")).status_code == 200


async def test_an_entity_is_refreshed_without_a_change(api):
    response = await api.post("/api/catalog/refresh", {"entityRef": "user:default/guest"})
    assert (response.status_code, response.content) == (200, b"")
    unknown = await api.post("/api/catalog/refresh", {"entityRef": "user:default/nobody"})
    assert unknown.json()["error"]["message"] == "Entity user:default/nobody not found"


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/entities?filter=", None, "Empty value found for query parameter 'filter'"),
        ("/entities?limit=0", None, "Invalid limit, must be greater than zero"),
        ("/entities?after=", None, "Empty value found for query parameter 'after'"),
        ("/entities?order=up:kind", None, 'Invalid order parameter "up:kind", expected "<asc or desc>:<field name>"'),
        ("/entities?fields=a[", None, 'Invalid field "a[", array type fields are not supported'),
        ("/entities?nope=1", None, "Unknown query parameter 'nope'"),
        ("/entities/by-query?cursor=", None, "Empty value found for query parameter 'cursor'"),
        ("/entities/by-query?orderField=kind,up", None, "Invalid order field order, must be asc or desc"),
        (
            "/entities/by-query?totalItems=no",
            None,
            "request/query/totalItems must be equal to one of the allowed values: include, exclude",
        ),
        ("/entities/by-query", {"cursor": ""}, "Cursor cannot be empty"),
        ("/entities/by-query", {"limit": -1}, "request/body/limit must be >= 0"),
        ("/entities/by-query", {"query": 1}, "request/body/query must be object"),
        ("/entity-facets", None, "request/query must have required property 'facet'"),
        ("/entity-facets?facet[]=", None, "Missing facet parameter"),
        ("/entity-facets", {"facets": []}, "Missing or empty facets parameter"),
    ],
)
async def test_what_is_not_understood_is_refused_in_the_words_of_the_real_catalog(api, path, body, message):
    assert await refusal(api, path, body) == message


@pytest.mark.parametrize(
    "cursor", [{"limit": -1}, {"offset": -1}, {"limit": 1.5}, {"offset": "1"}, {"limit": True}, None, []]
)
async def test_a_list_goes_on_from_no_strange_place(api, cursor):
    after = base64.b64encode(json.dumps(cursor).encode()).decode()
    response = await api.get("/api/catalog/entities", params={"after": after, "limit": 1})
    assert response.status_code == (200 if cursor == [] else 400)


@pytest.mark.parametrize("leaf", [{"kind": "user"}, {"kind": None}, None])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda inner: {"$not": inner},
        lambda inner: {"$any": [inner]},
        lambda inner: {"$all": [inner, {}]},
        lambda inner: {"kind": {"$contains": inner}},
        lambda inner: {"$not": {"$contains": inner}},
    ],
)
async def test_a_predicate_may_be_as_deep_as_a_body(api, wrap, leaf):
    predicate = leaf
    for _ in range(40):
        predicate = wrap(predicate)
    cursor = {"orderFields": [], "orderFieldValues": ["a"], "isPrevious": False, "query": predicate}
    encoded = base64.b64encode(json.dumps(cursor).encode()).decode()
    for body in ({"query": predicate}, {"cursor": encoded}):
        response = await api.post("/api/catalog/entities/by-query", body)
        assert response.status_code in {200, 400}
