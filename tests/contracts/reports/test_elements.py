from xml.etree.ElementTree import tostring

from contracts.reports.elements import element


def test_children_and_texts_keep_their_order():
    made = element("p", "a", element("b", "c"), "d", "e", None, element("i"), "f")
    assert tostring(made) == b"<p>a<b>c</b>de<i />f</p>"


def test_names_of_attributes_are_made_of_names_of_arguments():
    made = element("p", class_="x", aria_label="<y>", id=None, viewBox="0")
    assert made.attrib == {"class": "x", "aria-label": "<y>", "viewBox": "0"}
