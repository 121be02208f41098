"""ACT: the list of actions can be used."""
