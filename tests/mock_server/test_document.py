from mock_server.document import served_document
from mock_server.quirks import Quirk
from openapi.documents import load_backstage


def test_what_is_served_is_the_document_with_the_overlay():
    assert served_document() == load_backstage()


def test_a_server_without_logs_says_so():
    document = served_document({Quirk.NO_LOGS})
    assert "/v2/tasks/{taskId}/logs" not in document["paths"]
    assert "getTaskLogs" not in str(document)
