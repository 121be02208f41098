"""Hostile input, over real sockets: what clients may send that nobody should.

To add an input that is wrong as HTTP, add an entry to `connections.py`; one that an operation is to refuse goes into
`requests.py` and is sent to every operation of every document. The runners need no change.
"""
