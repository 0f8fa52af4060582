"""Replies in every shape that models give, and what is read out of each."""

from __future__ import annotations

import html
import json

import pytest

from pilot.model.reply import BadReply, CodeReply, NothingReply, QuestionReply, parse_code

SCRIPT = "weather_pipeline.py"
OLD = '''"""Loads the weather."""

import dlt
from dlt.sources.helpers import requests


@dlt.resource(name="days", write_disposition="replace")
def days():
    # keep the pages that the rest of the API needs
    answer = requests.get("https://api.example.com/days", timeout=60)
    yield answer.json()["data"]


@dlt.resource(name="hours", write_disposition="replace")
def hours():
    yield requests.get("https://api.example.com/hours", timeout=60).json()


if __name__ == "__main__":
    pipeline = dlt.pipeline("weather", destination="duckdb", dataset_name="weather_data")
    print(pipeline.run([days(), hours()]))
'''
NEW = OLD.replace('["data"]', '["days"]')
DOCSTRING = NEW.replace(
    '"""Loads the weather."""',
    '"""Loads the weather.\n\nRun it:\n```bash\npython weather_pipeline.py\n```\nand look.\n"""',
)
NESTED = NEW.replace("import dlt\n", 'import dlt\n\nHELP = """\n```python\nimport weather\n```\n"""\n', 1)
BROKEN = NEW.replace("def hours():", "def hours(:")
SIBLING = f"from paging import pages\n{NEW}"
FRAGMENT = 'def days():\n    yield requests.get("https://api.example.com/days").json()["days"]\n'
USE = "import dlt\nfrom weather_pipeline import days\ndlt.run(days())"
HOURS = '    yield requests.get("https://api.example.com/hours", timeout=60).json()'
OTHER = 'import dlt\n\npipeline = dlt.pipeline("x")\nprint(pipeline.run([{"a": 1}], table_name="t"))\n'


def fenced(text: str, tag: str = "python", marks: str = "```") -> str:
    return f"{marks}{tag}\n{text.rstrip()}\n{marks}"


def indented(text: str, by: str) -> str:
    return "\n".join(by + line if line else line for line in text.split("\n"))


def numbered(text: str) -> str:
    return "\n".join(f"{number:3} | {line}" for number, line in enumerate(text.split("\n"), 1))


WAS, IS = '    yield answer.json()["data"]', '    yield answer.json()["days"]'
SEARCH = f"<<<<<<< SEARCH\n{WAS}\n=======\n{IS}\n>>>>>>> REPLACE"
HUNK = """@@ -10,4 +10,4 @@
     # keep the pages that the rest of the API needs
     answer = requests.get("https://api.example.com/days", timeout=60)
-    yield answer.json()["data"]
+    yield answer.json()["days"]
"""
DIFF = f"--- a/{SCRIPT}\n+++ b/{SCRIPT}\n{HUNK}"
PATCH = (
    f"*** Begin Patch\n*** Update File: {SCRIPT}\n"
    + HUNK.replace("@@ -10,4 +10,4 @@", "@@ def days():")
    + "*** End Patch"
)
SIDE_DIFF = "--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-old\n+new\n"

GOOD: dict[str, str | tuple[str, str]] = {
    "one block": fenced(NEW),
    "a plan and a block": f"1. Select days.\n2. Load.\n\n{fenced(NEW)}",
    "words after it": f"{fenced(NEW)}\n\nThis selects `days`.",
    "no tag": fenced(NEW, ""),
    "tag py": fenced(NEW, "py"),
    "tag python3": fenced(NEW, "python3"),
    "tag Python": fenced(NEW, "Python"),
    "tag in braces": fenced(NEW, "{.python}"),
    "tag with space": fenced(NEW, " python "),
    "tag with file": fenced(NEW, f"python {SCRIPT}"),
    "tag with title": fenced(NEW, f'python title="{SCRIPT}"'),
    "tag with colon": fenced(NEW, f"python:{SCRIPT}"),
    "file as tag": fenced(NEW, SCRIPT),
    "tildes": fenced(NEW, "python", "~~~"),
    "four marks": fenced(NEW, "python", "````"),
    "fence in a docstring": (fenced(DOCSTRING), DOCSTRING),
    "fence in a docstring, words after it": (f"Plan.\n\n{fenced(DOCSTRING)}\n\nDone.", DOCSTRING),
    "fences in a string": (fenced(NESTED), NESTED),
    "wrapper of markdown": f"```markdown\n# Answer\n\n{fenced(NEW)}\n```",
    "longer wrapper of markdown": f"````markdown\n{fenced(NEW)}\n````",
    "file above": f"**{SCRIPT}**\n{fenced(NEW)}",
    "file above as heading": f"### File: `{SCRIPT}`\n\n{fenced(NEW)}",
    "file name as the first line": fenced(f"{SCRIPT}\n{NEW}"),
    "file name in a comment": (fenced(f"# {SCRIPT}\n{NEW}"), f"# {SCRIPT}\n{NEW}"),
    "old, then new": f"It was:\n{fenced(OLD)}\nIt is now:\n{fenced(NEW)}",
    "new, then old": f"New:\n{fenced(NEW)}\nThe old one was:\n{fenced(OLD)}",
    "a draft, then better": f"First try:\n{fenced(OTHER)}\nBetter:\n{fenced(NEW)}",
    "part, then whole": f"The part that changes:\n{fenced(FRAGMENT)}\nThe whole file:\n{fenced(NEW)}",
    "whole, then part": f"{fenced(NEW)}\nWhat changed:\n{fenced(FRAGMENT)}",
    "elided, then whole": f"{fenced('# ... existing code ...')}\n{fenced(NEW)}",
    "shell before": f"{fenced('pip install dlt', 'bash')}\n{fenced(NEW)}",
    "shell after": f"{fenced(NEW)}\nRun it:\n{fenced('python weather_pipeline.py', 'sh')}",
    "untagged shell after": f"{fenced(NEW)}\nRun it:\n{fenced('$ python weather_pipeline.py', '')}",
    "its output after": f"{fenced(NEW)}\n{fenced('1 load package(s) were loaded', '')}",
    "requirements too": f"{SCRIPT}\n{fenced(NEW)}\nrequirements.txt\n{fenced('dlt[duckdb]', '')}",
    "secrets too": f".dlt/secrets.toml\n{fenced('[sources.weather]', 'toml')}\n{fenced(NEW)}",
    "a test too": f"{fenced(NEW)}\n`test_weather.py`\n{fenced(OTHER)}",
    "how to use it": f"{fenced(NEW)}\n{fenced(USE)}",
    "named among others": f"other.py\n{fenced(OTHER)}\n{SCRIPT}\n{fenced(NEW)}\nlast.py\n{fenced(OTHER)}",
    "thoughts with a decoy": f"<think>Perhaps\n{fenced(OTHER)}\n</think>\n{fenced(NEW)}",
    "thinking with a decoy": f"<thinking>\n{fenced(OTHER)}</thinking>{fenced(NEW)}",
    "thoughts whose tag was eaten": f"Perhaps this\n{fenced(OTHER)}\n</think>\n\n{fenced(NEW)}",
    "JSON": json.dumps({"plan": "Select days.", "code": NEW}),
    "JSON in a fence": fenced(json.dumps({"content": NEW}, indent=1), "json"),
    "JSON of files": json.dumps(
        {"files": [{"path": "README.md", "content": "# x"}, {"path": SCRIPT, "content": NEW}]}
    ),
    "JSON of lines": json.dumps({"code": NEW.split("\n")}),
    "JSON with a fence inside": json.dumps({"answer": f"Here:\n{fenced(NEW)}"}),
    "JSON text": json.dumps(NEW),
    "JSON with bare line ends": '{"code": "' + NEW.replace("\\", "\\\\").replace('"', '\\"') + '"}',
    "HTML escapes": fenced(html.escape(NEW)),
    "HTML markup": f'<pre><code class="language-python">{html.escape(NEW)}</code></pre>',
    "a file tag": f'<file path="{SCRIPT}">\n{NEW}</file>',
    "a file tag with CDATA": f"<file><![CDATA[{NEW}]]></file>",
    "CRLF": fenced(NEW).replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + fenced(NEW),
    "no-break spaces": fenced(NEW.replace("    ", "\u00a0\u00a0\u00a0\u00a0")),
    "an indented block": f"1. The file:\n\n{indented(fenced(NEW), '   ')}",
    "a quoted block": indented(fenced(NEW), "> ").replace("\n\n", "\n>\n"),
    "numbered lines": fenced(numbered(NEW.rstrip())),
    "no fence at all": NEW,
    "no fence, with a greeting": f"Here is the file.\n\n{NEW}",
    "the opening fence was eaten": f"{NEW}```\n\nThat selects `days`.",
    "a heredoc": fenced(f"cat > {SCRIPT} <<'EOF'\n{NEW}EOF\npython {SCRIPT}", "bash"),
    "an edit": f"One line changes.\n\n{SCRIPT}\n{SEARCH}",
    "an edit in a fence": fenced(SEARCH),
    "an edit with a short marker": SEARCH.replace("<<<<<<<", "<<<<<").replace(">>>>>>>", ">>>>>"),
    "an edit with spaces at an end": SEARCH.replace('"data"]', '"data"]  '),
    "a diff": fenced(DIFF, "diff"),
    "a diff without a fence": DIFF,
    "a diff with wrong numbers": fenced(DIFF.replace("-10,4 +10,4", "-99,4 +99,4"), "diff"),
    "a diff without numbers": fenced("\n".join(HUNK.split("\n")[1:]), "diff"),
    "a diff of two files": fenced(SIDE_DIFF + DIFF, "diff"),
    "a patch": PATCH,
    "a diff and the whole file": f"{fenced(DIFF, 'diff')}\n{fenced(NEW)}",
    "a closing question": f"{fenced(NEW)}\n\nShall I add paging?",
    "no QUESTION": f"QUESTION: none\n{fenced(NEW)}",
    "the file unchanged": (fenced(OLD), OLD),
    "old, then an edit": f"{fenced(OLD)}\n{SEARCH}",
    "a QUESTION after the file": f"{fenced(NEW)}\n\nQUESTION: is that what you want?",
}


@pytest.mark.parametrize("shape", GOOD)
def test_the_whole_file_is_found_in(shape: str) -> None:
    entry = GOOD[shape]
    reply, wanted = entry if isinstance(entry, tuple) else (entry, NEW)
    read = parse_code(reply, SCRIPT, OLD)
    assert isinstance(read, CodeReply), read
    assert read.text == wanted


BAD: dict[str, tuple[str, str]] = {
    "nothing": ("", "empty"),
    "spaces": (" \n ", "empty"),
    "only thoughts": (f"<think>Perhaps\n{fenced(NEW)}", "still thinking"),
    "thoughts, then nothing": ("<think>hm</think>\n", "empty"),
    "an open block": (f"```python\n{NEW}", "has no end"),
    "an open block that is short": ("```python\nimport dlt", "has no end"),
    "a whole block, then an open one": (f"{fenced(OTHER)}\nBetter:\n```python\nimport dlt", "has no end"),
    "a part": (fenced(FRAGMENT), "only a part"),
    "an import and no run": (fenced("import dlt\n" + FRAGMENT), "only a part"),
    "dots in a comment": (
        fenced(NEW.replace("def hours():", "# ... existing code ...\ndef hours():")),
        "leaves something out",
    ),
    "the rest unchanged": (
        fenced(NEW.replace("def hours():", "# rest of the code unchanged\ndef hours():")),
        "leaves",
    ),
    "remaining resources": (fenced(NEW + "# … remaining resources as before\n"), "leaves"),
    "same as before": (fenced(NEW.replace(HOURS, f"    # same as before\n{HOURS}")), "leaves"),
    "your code here": (fenced(NEW + "# your existing code here\n"), "leaves"),
    "unchanged in parentheses": (fenced(NEW + "# (unchanged)\n"), "leaves"),
    "only dots": (fenced(NEW + "# ...\n"), "leaves"),
    "an empty body": (fenced(NEW.replace(HOURS, "    ...")), "leaves"),
    "dots in a list": (fenced(NEW.replace("[days(), hours()]", "[days(), ...]")), "leaves"),
    "a syntax error": (fenced(BROKEN), "wrong in line"),
    "the file unchanged and a part": (f"{fenced(OLD)}\n{fenced(FRAGMENT)}", "only a part"),
    "an edit that misses": (SEARCH.replace('["data"]', '["rows"]'), "does not fit"),
    "an edit that is ambiguous": (SEARCH.replace(WAS, "import"), "does not fit"),
    "an edit without an old text": ("<<<<<<< SEARCH\n=======\nimport os\n>>>>>>> REPLACE", "names no lines"),
    "an edit that breaks the file": (SEARCH.replace(IS, "    yield (["), "after its edits"),
    "a diff that misses": (fenced(DIFF.replace("timeout=60", "timeout=30"), "diff"), "does not fit"),
    "two files that need each other": (
        f"{SCRIPT}\n{fenced(SIBLING)}\npaging.py\n{fenced(FRAGMENT)}",
        "needs another file",
    ),
    "shell alone": (fenced("pip install dlt", "bash"), "no Python block"),
    "prose alone": ("The selector is wrong, use days.", "no Python block"),
    "a refusal": ("I'm sorry, but I can't help with that.", "refuses"),
    "a refusal that asks": ("I can't help with that. Anything else?", "refuses"),
    "JSON without code": (json.dumps({"plan": "none"}), "JSON without"),
    "JSON with elided code": (json.dumps({"code": NEW + "# ... rest unchanged\n"}), "leaves"),
    "another language": (fenced("console.log(1)", "javascript"), "no Python block"),
    "an HTML error page": ("<html><title>502</title>Bad gateway</html>", "no Python block"),
}


@pytest.mark.parametrize("shape", BAD)
def test_no_file_is_made_from(shape: str) -> None:
    reply, words = BAD[shape]
    read = parse_code(reply, SCRIPT, OLD)
    assert isinstance(read, BadReply), read
    assert words in read.reason


ASKED: dict[str, tuple[str, str]] = {
    "the agreed form": ("QUESTION: Which city?", "Which city?"),
    "with a plan before": ("I need to know more.\n\nQUESTION: Which city?", "Which city?"),
    "in bold": ("**QUESTION:** Which city?", "Which city?"),
    "all bold": ("**QUESTION: Which city?**", "Which city?"),
    "in lower case": ("Question: Which city?", "Which city?"),
    "with a list": ("QUESTION: Which city?\n1. Bern\n2. Basel", "Which city?\n1. Bern\n2. Basel"),
    "with a snippet after": (f"QUESTION: Like this?\n{fenced(FRAGMENT)}", "Like this?"),
    "with a snippet before": (f"{fenced(FRAGMENT)}\nQUESTION: Like this?", "Like this?"),
    "with a whole example after": (f"QUESTION: Like this?\n{fenced(OTHER)}", "Like this?"),
    "after thoughts": ("<think>QUESTION: no</think>\nQUESTION: Which city?", "Which city?"),
    "as JSON": (json.dumps({"question": "Which city?"}), "Which city?"),
    "without the form": (
        "Before I begin: which city do you mean?",
        "Before I begin: which city do you mean?",
    ),
}


NOTHING: dict[str, tuple[str, str]] = {
    "the agreed form": ("NOTHING: it merges by id already", "it merges by id already"),
    "in bold": ("**NOTHING:** it merges by id already", "it merges by id already"),
    "after a plan": ("I looked.\n\nNothing to change: it merges by id already.", "it merges by id already."),
    "over two lines": ("NOTHING: it merges.\nBy id.", "it merges.\nBy id."),
    "with a snippet of the file": (f"NOTHING: see here\n{fenced(FRAGMENT)}", "see here"),
    "as JSON": (json.dumps({"nothing": "it merges by id already"}), "it merges by id already"),
    "without the form": (
        "It merges by id already, so no change is needed.",
        "It merges by id already, so no change is needed.",
    ),
}


@pytest.mark.parametrize("shape", NOTHING)
def test_that_nothing_is_to_change_is_understood(shape: str) -> None:
    reply, says = NOTHING[shape]
    assert parse_code(reply, SCRIPT, OLD) == NothingReply(says)
    assert isinstance(parse_code(reply, SCRIPT), BadReply)


def test_a_whole_file_counts_whatever_is_said_beside_it() -> None:
    read = parse_code(f"No further changes are needed.\n{fenced(OTHER)}\nNOTHING: else", SCRIPT, OLD)
    assert isinstance(read, CodeReply) and read.text == OTHER


@pytest.mark.parametrize("shape", ASKED)
def test_a_question_is_put_to_the_person(shape: str) -> None:
    reply, question = ASKED[shape]
    assert parse_code(reply, SCRIPT, OLD) == QuestionReply(question)


@pytest.mark.parametrize("reply", [NEW, f"```python\n{NEW}", SEARCH, "", "QUES"])
def test_nothing_that_was_cut_off_becomes_a_file(reply: str) -> None:
    assert isinstance(parse_code(reply, SCRIPT, OLD, cut=True), BadReply)


def test_every_beginning_of_a_reply_is_bad_until_its_block_is_closed() -> None:
    reply = f"Plan.\n\n{fenced(DOCSTRING)}\n"
    for end in range(len(reply) - 4):
        assert isinstance(parse_code(reply[:end], SCRIPT, OLD, cut=True), BadReply), reply[:end]


def test_a_closed_block_counts_although_the_words_after_it_were_cut_off() -> None:
    assert isinstance(parse_code(f"{fenced(NEW)}\nAnd now", SCRIPT, OLD, cut=True), CodeReply)


def test_a_comment_of_the_current_file_leaves_nothing_out() -> None:
    current = OLD + "# the rest of the file is ...\n"
    read = parse_code(fenced(NEW + "# the rest of the file is ...\n"), SCRIPT, current)
    assert isinstance(read, CodeReply)


@pytest.mark.parametrize(
    "comment",
    [
        "# the rest API wants a key",
        "# keep existing rows",
        "# more pages than 10 fail",
        "# unchanged rows stay",
        "# see above",
        '# {"count": 2, "next": "...", "previous": null, "results": [...]}',
        "# GET /v1/items?... has more",
    ],
)
def test_an_ordinary_comment_leaves_nothing_out(comment: str) -> None:
    assert isinstance(parse_code(fenced(f"{NEW}{comment}\n"), SCRIPT, OLD), CodeReply)


def test_dots_in_a_type_leave_nothing_out() -> None:
    typed = NEW.replace("def hours():", "def hours(cities: tuple[str, ...] = ()):")
    assert isinstance(parse_code(fenced(typed), SCRIPT, OLD), CodeReply)


def test_the_words_before_the_file_are_the_plan() -> None:
    read = parse_code(f"1. Select days.\n\n2. Load.\n\n{fenced(NEW)}\nIt runs now.", SCRIPT)
    assert read == CodeReply(NEW, "1. Select days.\n2. Load.")


@pytest.mark.parametrize(
    "edits", [SEARCH, fenced(SEARCH, ""), f"**{SCRIPT}**\n{fenced(SEARCH, 'searchreplace')}"]
)
def test_the_words_before_edits_are_the_plan(edits: str) -> None:
    read = parse_code(f"- Select days.\n- Load.\n\n{SCRIPT}\n{edits}\nIt runs now.", SCRIPT, OLD)
    assert read == CodeReply(NEW, "- Select days.\n- Load.")


def test_a_new_file_can_come_as_a_diff() -> None:
    diff = f"--- /dev/null\n+++ b/{SCRIPT}\n@@ -0,0 +1,21 @@\n" + "\n".join(
        f"+{line}" for line in NEW.rstrip().split("\n")
    )
    assert parse_code(fenced(diff, "diff"), SCRIPT) == CodeReply(NEW)


def test_the_line_ends_of_the_current_file_are_kept() -> None:
    read = parse_code(fenced(NEW), SCRIPT, OLD.replace("\n", "\r\n"))
    assert isinstance(read, CodeReply)
    assert read.text == NEW.replace("\n", "\r\n")


def test_reading_takes_no_noticeable_time_even_for_odd_replies() -> None:
    odd = "```python\nx = '''\n" * 200 + "```\n" * 200
    assert isinstance(parse_code(odd, SCRIPT, OLD), BadReply)
