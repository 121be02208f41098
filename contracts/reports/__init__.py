"""Consumers of a finished run: console, JUnit, JSON, HTML, GitHub. What the target wrote is never trusted here."""
