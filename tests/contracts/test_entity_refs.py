import pytest

from contracts.entity_refs import full_ref


@pytest.mark.parametrize(
    ("ref", "full"),
    [
        ("shop", "template:default/shop"),
        ("acme/Shop", "template:acme/shop"),
        ("Template:shop", "template:default/shop"),
        ("template:acme/shop", "template:acme/shop"),
        ("acme/shop:two", "template:acme/shop:two"),
    ],
)
def test_what_a_reference_leaves_out_is_filled_in(ref, full):
    assert full_ref(ref) == full
