"""Fuzzing of the parsers that read what others wrote, guided by what each input makes them run."""
