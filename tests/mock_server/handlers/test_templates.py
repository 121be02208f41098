import pytest
import yaml

from mock_server.app import MockServer
from tests.mock_server.conftest import Api

PAGE = {
    "title": "Name",
    "description": "How to call it",
    "required": ["name"],
    "properties": {"name": {"type": "string"}},
}
UNTITLED = {"properties": {"size": {"type": "integer", "ui:widget": "updown"}}}


@pytest.fixture(scope="module")
def demo(conformance):
    """The demo templates, which no test here changes."""
    return Api(MockServer(), conformance)


@pytest.fixture
def serve(make_api, tmp_path):
    """Serve one template of this metadata and spec."""

    def serve(metadata=None, spec=None, api_version="scaffolder.backstage.io/v1beta3"):
        template = {
            "apiVersion": api_version,
            "kind": "Template",
            "metadata": {"name": "form", **(metadata or {})},
            "spec": {"type": "service", "steps": [], **(spec or {})},
        }
        (tmp_path / "form.yaml").write_text(yaml.safe_dump(template), encoding="utf-8")
        return make_api(templates=[tmp_path])

    return serve


async def schema_of(api, path="default/template/form"):
    response = await api.get(f"/v2/templates/{path}/parameter-schema")
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_form_has_a_step_for_each_page(serve):
    schema = await schema_of(serve(spec={"parameters": [PAGE, UNTITLED]}))
    assert schema == {
        "title": "form",
        "steps": [
            {"title": "Name", "description": "How to call it", "schema": PAGE},
            {"title": "Please enter the following information", "schema": UNTITLED},
        ],
    }


async def test_a_single_page_is_a_form_of_one_step(serve):
    schema = await schema_of(serve(spec={"parameters": PAGE}))
    assert schema["steps"] == [{"title": "Name", "description": "How to call it", "schema": PAGE}]


@pytest.mark.parametrize("spec", [{}, {"parameters": []}])
async def test_a_template_without_parameters_has_a_form_without_steps(serve, spec):
    assert await schema_of(serve(spec=spec)) == {"title": "form", "steps": []}


async def test_everything_optional_comes_in_the_order_of_the_real_server(serve):
    metadata = {"title": "A form", "description": "To fill in", "ui:options": {"submit": "Go"}}
    presentation = {"buttonLabels": {"createButtonText": "Go"}}
    spec = {"parameters": PAGE, "presentation": presentation, "formDecorators": [{"id": "d", "input": {}}]}
    schema = await schema_of(serve(metadata, spec))
    assert list(schema) == ["title", "presentation", "description", "ui:options", "steps", "formDecorators"]
    assert schema["title"] == "A form"
    assert schema["presentation"] == presentation
    assert schema["formDecorators"] == [{"id": "d", "input": {}}]


async def test_experimental_decorators_are_decorators(serve):
    schema = await schema_of(serve(spec={"EXPERIMENTAL_formDecorators": [{"id": "old"}]}))
    assert schema["formDecorators"] == [{"id": "old"}]


async def test_the_schema_of_the_secrets_is_not_shown(demo):
    schema = await schema_of(demo, "default/template/secret-deploy-key")
    assert "secrets" not in schema
    assert [step["title"] for step in schema["steps"]] == ["Which repository", "The key"]
    assert schema["presentation"] == {"buttonLabels": {"createButtonText": "Install key"}}


@pytest.mark.parametrize(
    "path",
    [
        "default/template/hello-world",
        "Default/Template/Hello-World",
        "DEFAULT/TEMPLATE/HELLO-WORLD",
        "default/template/hello%2Dworld",
    ],
)
async def test_a_template_is_found_in_every_casing(demo, path):
    assert (await schema_of(demo, path))["title"] == "Hello World"


async def test_a_template_of_another_namespace_is_another(serve):
    api = serve({"namespace": "team"})
    assert (await schema_of(api, "team/template/form"))["title"] == "form"
    assert (await api.get("/v2/templates/default/template/form/parameter-schema")).status_code == 404


@pytest.mark.parametrize(
    ("path", "ref"),
    [
        ("default/template/missing", "template:default/missing"),
        ("Other/Template/Hello-World", "template:other/hello-world"),
        ("default/template/a%2Fb", "template:default/a/b"),
        ("default/template/%C3%A9", "template:default/é"),
    ],
)
async def test_an_unknown_template_is_named_in_full(demo, path, ref):
    response = await demo.get(f"/v2/templates/{path}/parameter-schema")
    assert response.status_code == 404
    assert response.json()["error"] == {"name": "NotFoundError", "message": f"Template {ref} not found"}


@pytest.mark.parametrize(
    "path", ["default/component/hello-world", "default/user/guest", "template/default/hello-world"]
)
async def test_only_templates_have_a_form(demo, path):
    response = await demo.get(f"/v2/templates/{path}/parameter-schema")
    assert response.status_code == 400
    assert response.json()["error"] == {
        "name": "InputError",
        "message": "Invalid kind, only 'Template' kind is supported",
    }


async def test_a_template_of_another_version_has_no_form(serve):
    api = serve(api_version="backstage.io/v1beta2")
    response = await api.get("/v2/templates/default/template/form/parameter-schema")
    assert response.status_code == 400
    assert response.json()["error"]["message"] == "Unsupported apiVersion field in schema entity, backstage.io/v1beta2"


async def test_a_form_takes_no_parameters(demo):
    response = await demo.get("/v2/templates/default/template/hello-world/parameter-schema?x=1")
    assert response.status_code == 400
