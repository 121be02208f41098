"""FUZZ: what Schemathesis finds by the checks that only it can make."""
