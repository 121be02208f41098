"""Faults: what goes wrong between the mock and its clients, one class and one module each."""
