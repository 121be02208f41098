from contracts.exchange import Trouble, TroubleKind
from contracts.redaction import Redaction, placeholder
from contracts.target import Target
from tests.contracts.making import event, exchange, streamed

REDACTION = Redaction(Target("http://x", token="the-token-itself", headers=(("X-Key.a", "a-long-value"), ("X-B", "b"))))


def test_secrets_are_replaced_wherever_they_stand_in_an_exchange():
    said = "the-token-itself and a-long-value"
    shown = REDACTION.exchange(
        exchange(
            "getTask",
            body=said,
            sent=said,
            query=[(said, said)],
            task_id=said,
            headers=[("x-echo", said)],
            request_headers=[("Authorization", f"Bearer {said}"), ("x-b", "b")],
            trouble=Trouble(TroubleKind.BROKEN, said),
        )
    )
    assert "the-token-itself" not in repr(shown.request) + repr(shown.response) + repr(shown.trouble)
    assert "a-long-value" not in repr(shown.request) + repr(shown.response) + repr(shown.trouble)
    assert shown.request.headers[1] == ("x-b", "$HEADER_X_B")
    assert shown.json == "$TOKEN and $HEADER_X_KEY_A"


def test_frames_of_a_stream_are_no_exception():
    shown = REDACTION.exchange(streamed([event(1, message="the-token-itself")]))
    assert "$TOKEN" in shown.stream.frames[0].data


def test_what_is_short_is_left_alone_in_texts():
    assert REDACTION.text("b") == "b"


def test_a_placeholder_is_the_name_of_a_shell_variable():
    assert placeholder("X-Key.a") == "$HEADER_X_KEY_A"
