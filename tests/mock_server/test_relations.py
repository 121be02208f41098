import pytest

from mock_server.entity_refs import EntityRef
from mock_server.relations import relate


def entity(kind, name, namespace="default", **spec):
    return EntityRef(kind, namespace, name), {"kind": kind, "spec": spec}


def relations(*entities):
    """The relations of each entity, by its name."""
    return {
        ref.name: [f"{relation['type']} {relation['targetRef']}" for relation in related["relations"]]
        for (ref, _), related in zip(entities, relate(entities), strict=True)
    }


def test_relations_are_told_as_the_real_catalog_tells_them():
    found = relations(
        entity(
            "Component",
            "cart",
            owner="user:guest",
            subcomponentOf="other",
            providesApis=["z-api", "a-api"],
            consumesApis=["ns/q-api"],
            dependsOn=["resource:r2", "component:c1"],
            dependencyOf=["component:c9"],
            system="sys",
        ),
        entity("API", "z-api", owner="team-web", system="sys"),
        entity("Resource", "r2", owner="group:default/team-web", dependsOn=["component:c1"], system="sys"),
        entity("System", "sys", owner="team-web", domain="dom"),
        entity("Domain", "dom", owner="team-web", subdomainOf="updom"),
        entity("Group", "team-web", parent="platform", children=[], members=["zed", "guest"]),
        entity("Group", "platform", children=["team-web", "team-data"]),
        entity("User", "guest", memberOf=[]),
        entity("User", "many", "ns", memberOf=["z", "team-web", "default/team-web"]),
        entity("Template", "hello", owner="platform"),
    )
    assert found == {
        "cart": [
            "consumesApi api:ns/q-api",
            "dependencyOf component:default/c9",
            "dependsOn component:default/c1",
            "dependsOn resource:default/r2",
            "ownedBy user:default/guest",
            "partOf component:default/other",
            "partOf system:default/sys",
            "providesApi api:default/a-api",
            "providesApi api:default/z-api",
        ],
        "z-api": [
            "apiProvidedBy component:default/cart",
            "ownedBy group:default/team-web",
            "partOf system:default/sys",
        ],
        "r2": [
            "dependencyOf component:default/cart",
            "dependsOn component:default/c1",
            "ownedBy group:default/team-web",
            "partOf system:default/sys",
        ],
        "sys": [
            "hasPart api:default/z-api",
            "hasPart component:default/cart",
            "hasPart resource:default/r2",
            "ownedBy group:default/team-web",
            "partOf domain:default/dom",
        ],
        "dom": ["hasPart system:default/sys", "ownedBy group:default/team-web", "partOf domain:default/updom"],
        "team-web": [
            "childOf group:default/platform",
            "hasMember user:default/guest",
            "hasMember user:default/zed",
            "hasMember user:ns/many",
            "ownerOf api:default/z-api",
            "ownerOf domain:default/dom",
            "ownerOf resource:default/r2",
            "ownerOf system:default/sys",
        ],
        "platform": [
            "ownerOf template:default/hello",
            "parentOf group:default/team-data",
            "parentOf group:default/team-web",
        ],
        "guest": ["memberOf group:default/team-web", "ownerOf component:default/cart"],
        "many": ["memberOf group:default/team-web", "memberOf group:ns/team-web", "memberOf group:ns/z"],
        "hello": ["ownedBy group:default/platform"],
    }


@pytest.mark.parametrize(
    "lonely",
    [
        entity("User", "a"),
        entity("User", "a", memberOf=["", "group:", 5, None][:2]),
        entity("Component", "a", memberOf=["team-web"], dependsOn=["kindless"]),
        entity("Location", "a", owner="team-web"),
    ],
)
def test_who_names_nobody_has_no_relations(lonely):
    assert relations(lonely) == {"a": []}


def test_lists_of_names_are_put_in_order_and_others_left():
    (related,) = relate([entity("Group", "g", children=["b", "a"], members=["z", 1], tags=["b", "a"])])
    assert related["spec"] == {"children": ["a", "b"], "members": ["z", 1], "tags": ["b", "a"]}
