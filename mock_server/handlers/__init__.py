"""The operations of the published document: one module for each tag, one short function for each operationId."""
