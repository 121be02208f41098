"""Requests that several tests of the operations make, and what they look for in the answers."""

HELLO = {"templateRef": "hello-world", "values": {}}
HELLO_REF = "template:default/hello-world"
DEPLOY_KEY = "template:default/secret-deploy-key"
JSON = {"content-type": "application/json"}
OLD_TEMPLATE = """
apiVersion: backstage.io/v1beta2
kind: Template
metadata: {name: old}
spec: {type: service, steps: []}
"""


async def claim(api, task_id):
    """Advance the clock until the task is processing."""
    api.clock.advance((await api.world.store.get(task_id)).plan.claimed_at)


def broken(pointer, rule, message):
    return {"pointer": pointer, "rule": rule, "message": message}


def refusal(response):
    """The error of a 400 of Backstage's usual shape."""
    assert response.status_code == 400, response.text
    assert response.json()["error"]["name"] == "InputError"
    return response.json()["error"]
