"""The dlt project folder: `dlt init`, the script and its preview, secrets, requirements."""
