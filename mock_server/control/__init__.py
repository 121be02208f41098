"""What the mock says of itself, beside the API that it imitates."""
