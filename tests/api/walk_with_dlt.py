"""Run in a child: read endpoints to the end with dlt's own client and the options that a probe found."""

import json
import sys

from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.rest_api.config_setup import create_paginator
from requests import HTTPError

counts = {}
for name, job in json.load(sys.stdin).items():
    ids: list[int] = []
    client = RESTClient(job["base_url"], paginator=create_paginator(job["paginator"]))
    try:
        asked = {"method": job["method"], "params": job["params"], "json": job["body"]}
        for page in client.paginate(job["path"], data_selector=job["selector"], **asked):
            ids.extend(row["id"] for row in page)
            if len(ids) > 200:
                break
    except HTTPError as error:
        if error.response is None or error.response.status_code != job["end_status"]:
            raise
    counts[name] = [len(ids), len(set(ids))]
print(json.dumps(counts))
