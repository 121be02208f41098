"""ROBUST: nothing that is sent makes the server fail, hang or fall silent."""
