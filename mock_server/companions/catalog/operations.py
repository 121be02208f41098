"""The operations of the catalog plugin that read entities."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mock_server.answers import Answer, json_answer
from mock_server.companions.catalog.cursors import decode_entity_cursor, decode_offset_cursor
from mock_server.companions.catalog.entity_index import EntityIndex, EntitySet, facets, positions
from mock_server.companions.catalog.fields import Projection, read_fields
from mock_server.companions.catalog.filters import read_filters
from mock_server.companions.catalog.listing import Order, stretch_of
from mock_server.companions.catalog.predicates import Predicate, chosen_by, read_predicate
from mock_server.companions.catalog.queries import DEFAULT_LIMIT, Page, first_cursor, page_of
from mock_server.companions.shape_words import in_a_sentence
from mock_server.companions.shapes import array, members, of_type, read_as
from mock_server.entities import Entities, Entity, ref_of
from mock_server.entity_refs import EntityRef
from mock_server.location_entities import location_of
from mock_server.request import Call, InvalidRequest, NoSuchEntity, ReadOnly

_BATCH = members({"entityRefs": array(of_type("string"))})
_MALFORMED_BATCH = "Malformed request body (did you remember to specify an application/json content type?), "


class EntityOperations:
    """What the catalog tells of its present entities. They are indexed when they are first asked for."""

    def __init__(self, present: Callable[[], Entities]) -> None:
        self._present = present
        self._indexed: tuple[Entities, EntityIndex] | None = None

    @property
    def _entities(self) -> Entities:
        return self._present()

    @property
    def index(self) -> EntityIndex:
        entities = self._present()
        if self._indexed is None or self._indexed[0] is not entities:
            self._indexed = entities, EntityIndex(entities)
        return self._indexed[1]

    async def get_entities(self, call: Call) -> Answer:
        given = call.parameters
        predicate = read_filters(given.get("filter"))
        projection = read_fields(given.get("fields"))
        orders = [_order(text) for text in given.get("order", ())]
        if not {"limit", "offset", "after"} & given.keys():
            return self._whole_list(predicate, projection, orders)
        if given.get("limit") == 0:
            raise InvalidRequest("Invalid limit, must be greater than zero")
        after = decode_offset_cursor(given["after"]) if "after" in given else {}
        limit, offset = after.get("limit", given.get("limit")), after.get("offset", given.get("offset", 0))
        if offset < 0 or (limit is not None and limit < 0):
            raise InvalidRequest("Malformed after cursor, limit and offset must be zero or greater")
        stretch = stretch_of(self.index, self._chosen(predicate), orders, limit=limit, offset=offset)
        headers = [] if stretch.after is None else [(b"link", _link(call.url, stretch.after))]
        return json_answer(200, _projected(stretch.entities, projection), *headers)

    def _whole_list(self, predicate: Predicate | None, projection: Projection | None, orders: list[Order]) -> Answer:
        # Without a limit, the real catalog goes by the first order only, and leaves out who has not got its key.
        asked = [{"field": order.key, "order": "desc" if order.descends else "asc"} for order in orders]
        page = page_of(self.index, first_cursor(predicate, asked, None), limit=_ALL, counts=False)
        return json_answer(200, _projected(page.entities, projection))

    async def get_entities_by_query(self, call: Call) -> Answer:
        given = call.parameters
        projection = read_fields(given.get("fields"))
        limit = given.get("limit", DEFAULT_LIMIT)
        if "cursor" in given:
            return _page(page_of(self.index, decode_entity_cursor(given["cursor"]), limit, counts=False), projection)
        full_text: dict[str, Any] = {"term": given.get("fullTextFilterTerm", "")}
        if "fullTextFilterFields" in given:
            full_text["fields"] = [field for text in given["fullTextFilterFields"] for field in text.split(",")]
        orders = [_order_field(text) for text in given.get("orderField", ())]
        cursor = first_cursor(read_filters(given.get("filter")), orders, full_text)
        counts = given.get("totalItems") != "exclude"
        page = page_of(self.index, cursor, limit, offset=given.get("offset", 0), counts=counts)
        return _page(page, projection)

    async def query_entities_by_predicate(self, call: Call) -> Answer:
        body = call.body or {}
        limit = int(body.get("limit", DEFAULT_LIMIT))
        if "cursor" in body:
            if not body["cursor"]:
                raise InvalidRequest("Cursor cannot be empty")
            cursor = decode_entity_cursor(body["cursor"])
            return _page(page_of(self.index, cursor, limit, counts=False), read_fields(body.get("fields")))
        predicate = read_predicate(body["query"], "Invalid query: ") if "query" in body else None
        orders = [{"field": order["field"], "order": order["order"]} for order in body.get("orderBy", ())]
        full_text = body.get("fullTextFilter")
        if full_text is not None:
            fields = {"fields": full_text["fields"]} if "fields" in full_text else {}
            full_text = {"term": full_text.get("term", ""), **fields}
        projection = read_fields(body.get("fields"))
        page = page_of(
            self.index,
            first_cursor(predicate, orders, full_text),
            limit,
            offset=int(body.get("offset", 0)),
            counts=body.get("totalItems") != "exclude",
        )
        return _page(page, projection)

    async def get_entities_by_refs(self, call: Call) -> Answer:
        body = {} if call.body is None else call.body
        issues = read_as(_BATCH, body)[1]
        if issues:
            raise InvalidRequest(f"{_MALFORMED_BATCH}{in_a_sentence(issues)}")
        predicate = read_filters(call.parameters.get("filter"))
        query = read_predicate(body["query"], _MALFORMED_BATCH, within=("query",)) if "query" in body else None
        projection = read_fields(body.get("fields"))
        if not body["entityRefs"]:
            # Where nobody is asked for, the real catalog does not ask what is meant by the rest.
            return json_answer(200, {"items": []})
        chosen = self._chosen(predicate) & self._chosen(query)
        found = [self._chosen_entity(ref, chosen) for ref in body["entityRefs"]]
        projected = iter(_projected([entity for entity in found if entity is not None], projection))
        return json_answer(200, {"items": [None if entity is None else next(projected) for entity in found]})

    def _chosen_entity(self, ref: str, chosen: EntitySet) -> Entity | None:
        at = self.index.by_ref(ref)
        return self.index.entities[at] if at is not None and chosen >> at & 1 else None

    async def get_entity_by_name(self, call: Call) -> Answer:
        kind, namespace, name = (call.parameters[part] for part in ("kind", "namespace", "name"))
        entity = self._entities.get(EntityRef(kind, namespace, name))
        if entity is None:
            raise NoSuchEntity(f"No entity named '{name}' found, with kind '{kind}' in namespace '{namespace}'")
        return json_answer(200, entity)

    async def get_entity_ancestry_by_name(self, call: Call) -> Answer:
        ref = EntityRef(*(call.parameters[part] for part in ("kind", "namespace", "name")))
        entity = self._entities.get(ref)
        if entity is None:
            raise NoSuchEntity(f"No such entity {ref}")
        # An entity comes from the location of its file, and that from nowhere.
        location = location_of(entity, self._entities)
        items = [{"entity": entity, "parentEntityRefs": [] if location is None else [str(ref_of(location))]}]
        if location is not None:
            items.append({"entity": location, "parentEntityRefs": []})
        return json_answer(200, {"rootEntityRef": str(ref), "items": items})

    async def get_entity_by_uid(self, call: Call) -> Answer:
        uid = call.parameters["uid"]
        for at in positions(self.index.having_value("metadata.uid", uid.lower())):
            return json_answer(200, self.index.entities[at])
        raise NoSuchEntity(f"No entity with uid {uid}")

    async def delete_entity_by_uid(self, call: Call) -> Answer:
        if call.parameters["uid"] in self.index.uids:
            raise ReadOnly
        return Answer(204)

    async def get_entity_facets(self, call: Call) -> Answer:
        names = [name for name in call.parameters["facet"] if name]
        if not names:
            raise InvalidRequest("Missing facet parameter")
        return self._facets(names, self._chosen(read_filters(call.parameters.get("filter"))))

    async def query_entity_facets_by_predicate(self, call: Call) -> Answer:
        names = [name for name in call.body["facets"] if name]
        if not names:
            raise InvalidRequest("Missing or empty facets parameter")
        query = read_predicate(call.body["query"], "Invalid query: ") if "query" in call.body else None
        return self._facets(names, self._chosen(query))

    def _facets(self, names: list[str], chosen: EntitySet) -> Answer:
        return json_answer(200, {"facets": facets(self.index, names, chosen)})

    async def refresh_entity(self, call: Call) -> Answer:
        ref = call.body["entityRef"]
        if self.index.by_ref(ref) is None:
            raise NoSuchEntity(f"Entity {ref} not found")
        return Answer(200)

    def _chosen(self, predicate: Predicate | None) -> EntitySet:
        return self.index.everybody if predicate is None else chosen_by(predicate, self.index)


_ALL = 1 << 62


def _page(page: Page, projection: Projection | None) -> Answer:
    return json_answer(200, page.to_json(_projected(page.entities, projection)))


def _projected(entities: Sequence[Entity], projection: Projection | None) -> list[Any]:
    return list(entities) if projection is None else [projection(entity) for entity in entities]


def _order(text: str) -> Order:
    direction, _, key = text.partition(":")
    # A key with a line break in it is none: the real catalog's pattern does not match it.
    if direction not in {"asc", "desc"} or not key or "\n" in key:
        raise InvalidRequest(f'Invalid order parameter "{text}", expected "<asc or desc>:<field name>"')
    return Order(key, direction == "desc")


def _order_field(text: str) -> Mapping[str, str]:
    field, *rest = text.split(",")
    if not rest:
        return {"field": field}
    if rest[0] not in {"asc", "desc"}:
        raise InvalidRequest("Invalid order field order, must be asc or desc")
    return {"field": field, "order": rest[0]}


def _link(url: str, after: str) -> bytes:
    path, _, query = url.partition("?")
    given = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key != "offset"]
    places = [at for at, (key, _) in enumerate(given) if key == "after"]
    if places:
        given = [pair for at, pair in enumerate(given) if at not in places[1:]]
        given[places[0]] = ("after", after)
    else:
        given.append(("after", after))
    query = urlencode(given, safe="*").replace("~", "%7E")
    return f'<{path}?{query}>; rel="next"'.encode("latin-1", "replace")
