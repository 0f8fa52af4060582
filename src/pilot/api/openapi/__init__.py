"""What an OpenAPI document (2.0, 3.0, 3.1) says of an API: statements from the spec, to be verified."""
