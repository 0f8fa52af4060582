"""Programs of pilot that need the project's own dlt: run by file path, as any script."""
