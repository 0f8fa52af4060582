"""The scripted model server as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from pilot.model.client import Endpoint, Gate, ModelClient
from pilot.model.preferences import Limits
from pilot.model.request import Message


def test_the_server_runs_as_a_process_and_records_what_it_was_asked(tmp_path: Path) -> None:
    script, port, record = tmp_path / "script.json", tmp_path / "port", tmp_path / "record.jsonl"
    script.write_text(json.dumps(["hello"]), "utf-8")
    command = [sys.executable, "-m", "tests.support.model_server", "--script", str(script)]
    command += ["--port-file", str(port), "--record", str(record)]
    with subprocess.Popen(command) as process:
        try:
            deadline = time.monotonic() + 20
            while not port.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            url = f"http://127.0.0.1:{port.read_text('utf-8')}/v1"
            client = ModelClient(
                Endpoint(url, "local", "m", Limits(8_192, 256)), Gate(str, lambda text: None), print
            )
            assert client.ask([Message("user", "hi")]).text == "hello"
            client.close()
        finally:
            process.terminate()
    assert json.loads(record.read_text("utf-8"))["messages"] == [{"role": "user", "content": "hi"}]
