"""What runs around the script, in the script's own process: standard library only, nothing of pilot.

In there this folder is the package `_pilot_harness`, so that no module of the project's is hidden by it; its
modules know each other by relative imports. A `Job` is carried out in one way, `script.run`, whether `start`
began a fresh interpreter for it or a fork of `warm` takes it on:

1. `inside.hold(job.fence)`, of `pilot.run.fence`, where the job has a fence: from here on the process may do
   what that allows. What it returns goes over the line and to `Hold.told` in the runner. What it raises ends
   the process: no script runs unfenced that was to be held.
2. `ledger` is told to every HTTP library, now or when the script imports it.
3. The script runs as `__main__`; `record` writes down how it ended.

What has to reach pilot while the script runs goes over the line (`line`), one JSON object a line. Whatever
goes wrong in here but for the fence, the script runs.
"""
