"""The mock beside the real server: recorded exchanges, asked of the mock in their order and with their pauses.

`python -m tests.fidelity` prints how many of them it answers alike, by operation; `-v` shows each difference.

The recordings in `data/exchanges.jsonl` are observations of a backend 4.2.0 and of a few others, set up differently
(`data/servers.yaml`); those in `data/asked-anew.jsonl` are of another 4.2.0, which was asked what lies near. They were
taken over by `python -m tests.fidelity.copying`: machine paths and sentences that somebody else wrote (descriptions and
examples of actions and filters) are left out there. `data/unrecorded.yaml` is what must have been asked beside, going
by what later answers show. `data/exceptions.yaml` says of each exchange that cannot be answered alike why not, and
`data/floor.yaml` how many of each operation are; a test holds both to the replay.

What is compared: status, media type and body, the order of its keys included; of an event stream its frames, which of
them came in one piece, and whether the server closed it. What is levelled before: see `normalising`.
"""
