"""The actions that templates are made of: which there are, and what each seems to do."""
