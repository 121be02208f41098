import jsonschema
import pytest
import yaml

from mock_server.rendering import render
from mock_server.templating_extensions import load_templating_extensions

FILTERS = load_templating_extensions()["filters"]


async def test_the_filters_of_backstage_are_listed(lasting_api):
    response = await lasting_api.get("/v2/templating-extensions")
    assert response.status_code == 200
    listed = response.json()
    assert list(listed["filters"]) == ["parseRepoUrl", "parseEntityRef", "pick", "projectSlug"]
    assert listed["globals"] == {"functions": {}, "values": {}}


async def test_a_query_is_refused(lasting_api):
    assert (await lasting_api.get("/v2/templating-extensions?x=1")).status_code == 400


@pytest.mark.parametrize("name", FILTERS)
def test_the_schemas_of_a_filter_are_schemas(name):
    schema = FILTERS[name]["schema"]
    for part in (schema["input"], schema["output"], *schema.get("arguments", [])):
        jsonschema.Draft7Validator.check_schema(part)


@pytest.mark.parametrize("name", FILTERS)
def test_an_example_of_a_filter_works(name):
    values = {"repository": "github.com?owner=acme&repo=shop", "owner": "group:team-web"}
    for example in FILTERS[name]["examples"]:
        (step,) = yaml.safe_load(example["example"])
        shown = render(step["input"]["message"], {"parameters": values}).value
        jsonschema.validate(shown, FILTERS[name]["schema"]["output"])
