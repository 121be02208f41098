"""Record a task of a running Scaffolder as a scenario and a template that replay it."""
