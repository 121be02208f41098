"""Which texts of a task are secret."""

import json

from mock_server.recording.withheld import secret_texts


def test_the_texts_among_secrets_are_secret_wherever_they_stand():
    task = {
        "secrets": {"a": "one", "b": ["two", {"c": "three"}], "n": 7},
        "spec": {"backstageToken": "four", "x": "no"},
    }
    assert set(secret_texts(task)) == {"one", "two", "three", "four"}


def test_the_token_within_credentials_is_one_as_well():
    credentials = json.dumps({"principal": {"type": "user"}, "token": "t" * 20})
    assert set(secret_texts({"secrets": {"__initiatorCredentials": credentials}})) == {credentials, "t" * 20}


def test_credentials_that_only_look_like_json_are_texts():
    assert set(secret_texts({"secrets": {"a": "{oops", "b": '{"a":' * 5_000}})) == {"{oops", '{"a":' * 5_000}


def test_a_template_only_names_its_secrets():
    spec = {"steps": [{"input": {"secrets": {"a": "${{ secrets.a }}"}}}], "output": {"secrets": "x"}}
    assert list(secret_texts({"spec": spec})) == []
