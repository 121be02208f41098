"""RACE: what happens at once does not get mixed up."""
