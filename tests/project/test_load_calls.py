"""How often a script loads, as far as its text says."""

import pytest

from pilot.project.load_calls import loads_once

ONCE = [
    "pipeline.run(source())",
    "if __name__ == '__main__':\n    pipeline.run(source())",
    "def load():\n    pipeline.run(source())\nif __name__ == '__main__':\n    load()",
    "def load():\n    p.run(source())\ndef main():\n    for i in []: print(i)\n    load()\nmain()",
]
NOT_ONCE = [
    "pipeline.run(one())\npipeline.run(two())",
    "for part in parts:\n    pipeline.run(part)",
    "[pipeline.run(part) for part in parts]",
    "def load(part):\n    pipeline.run(part)\nload(1)\nload(2)",
    "def load(part):\n    pipeline.run(part)\nfor part in parts:\n    load(part)",
    "def load(part):\n    pipeline.run(part)\nrun_all = map(load, parts)\nlist(run_all)\nload(1)",
    "def load():\n    pipeline.run(one())\n    load()",
    "print('nothing')",
    "pipeline.run(",
]


@pytest.mark.parametrize("text", ONCE)
def test_a_script_that_loads_once_is_known(text: str) -> None:
    assert loads_once(text)


@pytest.mark.parametrize("text", NOT_ONCE)
def test_what_may_load_more_than_once_is_not_taken_for_once(text: str) -> None:
    assert not loads_once(text)
