"""The contract: the published documents and what reads them."""
