"""The attack set, as data: one row a script, with the levels that stop it.

A script prints GOT OUT where it did what it tried; that it does not is what "stopped" means. Rows whose harm
can't be printed (a process left behind, an ear to the world) name a check of what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

BASIC, FULL = "basic", "full"


@dataclass(frozen=True)
class Attack:
    """One script and what stops it. In `code`, names in <> stand for places of the test."""

    name: str
    tries: str
    """What it tries, for the table in the documentation."""
    code: str
    stopped_by: tuple[str, ...] = (FULL,)
    """Levels at which it is stopped."""
    leaves: str = ""
    """What must not be left: `process`, `file`; empty: only the output counts."""
    timeout: float = 15.0
    needs: str = ""
    """What it takes to succeed where nothing holds it: `root`, or a kernel that has it (`luck`)."""

    @property
    def alone(self) -> bool:
        """It needs a run to itself: what it does ends the run, or shows in what is left."""
        return bool(self.leaves) or self.name in ("all_disk",)


_TRY = """
import os, sys, socket
def attempt(act):
    try:
        value = act()
    except BaseException as error:
        print(type(error).__name__, error)
    else:
        print("GOT OUT", str(value)[:60])
"""


def _attempt(act: str, before: str = "") -> str:
    return f"{_TRY}{before}\nattempt({act})\n"


FILES = (
    Attack(
        "home_file",
        "read a file in the home folder",
        _attempt('lambda: open("<home>/.ssh/id_ed25519").read()'),
    ),
    Attack("home_listing", "list the home folder", _attempt('lambda: os.listdir("<home>")')),
    Attack(
        "cloud_keys",
        "read a cloud's credentials",
        _attempt('lambda: open("<home>/.aws/credentials").read()'),
    ),
    Attack(
        "browser_data",
        "read browser data",
        _attempt('lambda: open("<home>/.config/browser/Cookies", "rb").read()'),
    ),
    Attack(
        "link_to_home",
        "read it through a symlink in the project",
        _attempt(
            'lambda: open("link/id_ed25519").read()',
            'os.path.lexists("link") or os.symlink("<home>/.ssh", "link")',
        ),
    ),
    Attack(
        "hard_link",
        "read it through a hard link in the project",
        _attempt('lambda: [os.link("<home>/.ssh/id_ed25519", "hard"), open("hard").read()][1]'),
    ),
    Attack(
        "through_proc",
        "read it by way of /proc/self/root",
        _attempt('lambda: open("/proc/self/root<home>/.ssh/id_ed25519").read()'),
    ),
    Attack(
        "dotted_path", "read it by a path with ..", _attempt('lambda: open("../home/.ssh/id_ed25519").read()')
    ),
    Attack(
        "home_by_program",
        "have another program read it",
        _attempt(
            'lambda: subprocess.run(["cat", "<home>/.ssh/id_ed25519"], check=True, capture_output=True)',
            "import subprocess",
        ),
    ),
    Attack(
        "home_by_duckdb",
        "have DuckDB read it",
        _attempt(
            "lambda: duckdb.sql(\"SELECT content FROM read_text('<home>/.ssh/id_ed25519')\").fetchall()",
            "import duckdb",
        ),
    ),
    Attack(
        "home_by_ctypes",
        "read it past Python",
        _attempt(
            'lambda: 1 // (libc.open(b"<home>/.ssh/id_ed25519", 0) >= 0)',
            "import ctypes\nlibc = ctypes.CDLL(None)",
        ),
    ),
    Attack(
        "system_passwords",
        "read /etc/shadow",
        _attempt('lambda: open("/etc/shadow").read()'),
        needs="root",
    ),
    Attack(
        "write_outside",
        "write beside the project",
        _attempt('lambda: open("../escaped", "w").write("x")'),
        leaves="file",
    ),
    Attack(
        "write_home",
        "add a key to the home folder",
        _attempt('lambda: open("<home>/.ssh/authorized_keys", "a").write("x")'),
    ),
    Attack("empty_outside", "empty a file outside", _attempt('lambda: os.truncate("<outside>", 0)')),
    Attack("delete_outside", "delete a file outside", _attempt('lambda: os.remove("<outside>")')),
    Attack(
        "move_outside",
        "move a file out of the project",
        _attempt('lambda: os.rename("<script>", "../moved.py")'),
    ),
    Attack(
        "temp_folder", "look into other programs' temporary files", _attempt('lambda: os.listdir("/tmp")')
    ),
    Attack(
        "git_hook",
        "plant a hook that git runs later",
        _attempt('lambda: open(".git/hooks/pre-commit", "w").write("x")'),
    ),
    Attack(
        "own_code",
        "change its own code after it was agreed to",
        _attempt('lambda: open("<script>", "a").write("x")'),
    ),
    Attack(
        "pilot_steps",
        "plant a step of pilot's",
        _attempt(
            'lambda: [os.makedirs(".pilot/steps", exist_ok=True), open(".pilot/steps/x.py", "w").write("x")]'
        ),
    ),
)

PROCESSES = (
    Attack(
        "parent_environment",
        "read the environment of pilot",
        _attempt('lambda: open(f"/proc/<pilot>/environ", "rb").read()'),
    ),
    Attack(
        "parent_memory",
        "read the memory of pilot",
        _attempt('lambda: open(f"/proc/<pilot>/mem", "rb")'),
        needs="luck",
    ),
    Attack(
        "own_environment",
        "find a model's key in its own environment",
        _attempt('lambda: os.environ["OPENAI_API_KEY"]'),
        (BASIC, FULL),
    ),
    Attack(
        "ci_tokens",
        "find cloud and CI tokens in its own environment",
        _attempt(
            'lambda: next(v for k, v in os.environ.items() if k in ("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", '
            '"AIRFLOW__CORE__FERNET_KEY", "DESTINATION__SNOWFLAKE__CREDENTIALS"))'
        ),
        (BASIC, FULL),
    ),
    Attack("stop_pilot", "send a signal to pilot", _attempt("lambda: os.kill(<pilot>, 0)")),
    Attack(
        "limit_pilot",
        "have pilot run into a limit",
        _attempt("lambda: resource.prlimit(<pilot>, resource.RLIMIT_CPU, (99999, -1))", "import resource"),
    ),
    Attack(
        "shared_memory",
        "share memory with other programs by a number",
        _attempt("lambda: 1 // (ctypes.CDLL(None).shmget(7, 4096, 0o1600) >= 0)", "import ctypes"),
    ),
    Attack(
        "trace_pilot",
        "trace pilot as a debugger would",
        _attempt(
            "lambda: 1 // (libc.ptrace(0x4206, <pilot>, None, None) == 0)",
            "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.ptrace.restype = ctypes.c_long",
        ),
        needs="luck",
    ),
    Attack(
        "daemon",
        "outlive the run: double fork, setsid",
        """
import os, time
if os.fork() == 0:
    try:
        os.setsid()
    except OSError:
        pass
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "<mark>"])
    os._exit(0)
time.sleep(0.2)
""",
        (BASIC, FULL),
        "process",
    ),
    Attack(
        "new_session",
        "outlive the run: a program in a session of its own",
        "import subprocess\nsubprocess.Popen(['sleep', '<mark>'], start_new_session=True)",
        (BASIC, FULL),
        "process",
    ),
    Attack(
        "deaf",
        "outlive the time limit: signals ignored",
        "import signal, time\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\n"
        "import subprocess; subprocess.Popen(['sleep', '<mark>'])\ntime.sleep(60)",
        (BASIC, FULL),
        "process",
        1.0,
    ),
    Attack(
        "fork_bomb",
        "fork without end",
        "import os, time\nend = time.monotonic() + 20\nwhile time.monotonic() < end:\n    try:\n"
        "        os.fork()\n    except OSError:\n        time.sleep(0.01)\n",
        (BASIC, FULL),
        "many",
    ),
    Attack(
        "all_memory",
        "fill the memory",
        "kept = []\nwhile True:\n    kept.append(bytearray(50_000_000))",
        (BASIC, FULL),
        "ending",
    ),
    Attack(
        "all_disk",
        "fill the disk with one file",
        "with open('big', 'wb') as file:\n    file.truncate(10 * 1024**4)\n    print('GOT OUT')",
        (BASIC, FULL),
    ),
    Attack("core_dump", "leave a dump of its memory", "import os\nos.abort()", (BASIC, FULL), "core"),
    Attack(
        "own_namespaces",
        "make namespaces of its own",
        _attempt("lambda: 1 // (libc.unshare(0x08000000) == 0)", "import ctypes\nlibc = ctypes.CDLL(None)"),
        needs="root",
    ),
    Attack(
        "ask_on_terminal",
        "ask the person on the terminal",
        _attempt('lambda: open("/dev/tty").readline()'),
        (BASIC, FULL),
    ),
)

NETWORK = (
    Attack(
        "other_host",
        "ask another host by name",
        _attempt(
            'lambda: requests.get("http://localhost:<other_port>/").text.index("stolen")', "import requests"
        ),
    ),
    Attack(
        "other_address",
        "ask another host by address",
        _attempt(
            'lambda: requests.get("http://127.0.0.1:<other_port>/").text.index("stolen")', "import requests"
        ),
    ),
    Attack(
        "odd_address",
        "the same, the address spelled as a number",
        _attempt(
            'lambda: requests.get("http://2130706433:<other_port>/").text.index("stolen")', "import requests"
        ),
    ),
    Attack(
        "redirect",
        "follow a redirect of the agreed host to another",
        _attempt('lambda: requests.get("<api>/elsewhere").text.index("stolen")', "import requests"),
    ),
    Attack(
        "no_proxy",
        "go past the proxy",
        _attempt(
            'lambda: session.get("http://127.0.0.1:<other_port>/").text.index("stolen")',
            "import requests\nsession = requests.Session()\nsession.trust_env = False",
        ),
    ),
    Attack(
        "plain_socket",
        "connect by a socket",
        _attempt('lambda: socket.create_connection(("127.0.0.1", <other_port>))'),
    ),
    Attack(
        "by_program",
        "have another program connect",
        _attempt(
            'lambda: subprocess.run([sys.executable, "-c", call], check=True)',
            "import subprocess\n\n"
            "call = f\"import socket; socket.create_connection({('127.0.0.1', <other_port>)})\"",
        ),
    ),
    Attack(
        "wrong_host_header",
        "name the agreed host to the proxy and mean another",
        _attempt(
            "lambda: ask()",
            """
def ask():
    port = int((os.environ.get("HTTP_PROXY") or "http://x:<other_port>").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.settimeout(3)
        s.sendall(b"GET http://127.0.0.1:<other_port>/ HTTP/1.1\\r\\nHost: <api_host>\\r\\n")
        s.sendall(b"Connection: close\\r\\n\\r\\n")
        text = b""
        while piece := s.recv(65536):
            text += piece
    return text.index(b"stolen")
""",
        ),
    ),
    Attack(
        "udp",
        "send by UDP, as DNS would",
        _attempt(
            'lambda: s().sendto(b"x", ("127.0.0.1", <other_port>))',
            "s = lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        ),
    ),
    Attack(
        "raw_socket",
        "send raw packets",
        _attempt("lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"),
        needs="root",
    ),
    Attack(
        "send_at_once",
        "connect by sending at once",
        _attempt('lambda: socket.socket().sendto(b"stolen", 1 << 29, ("127.0.0.1", <other_port>))'),
    ),
    Attack(
        "mptcp",
        "connect by another protocol of the same kind",
        _attempt(
            'lambda: s().connect(("127.0.0.1", <other_port>))',
            "s = lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",
        ),
        needs="luck",
    ),
    Attack(
        "local_socket",
        "talk to a program that listens in the file system (docker)",
        _attempt('lambda: s().connect("<listening>")', "s = lambda: socket.socket(socket.AF_UNIX)"),
    ),
    Attack(
        "abstract_socket",
        "talk to a program that listens without a file",
        _attempt('lambda: s().connect("\\x00<mark>")', "s = lambda: socket.socket(socket.AF_UNIX)"),
    ),
    Attack(
        "listen",
        "wait for somebody to connect from outside",
        "import socket, time\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()\n"
        "print('LISTENS', s.getsockname()[1], flush=True)\ntime.sleep(0.5)",
        leaves="ear",
    ),
)

OUTPUT = (
    Attack(
        "clear_screen",
        "clear the screen",
        "print('\\x1b[2J\\x1b[H\\x1bc')",
        (BASIC, FULL),
        "plain",
    ),
    Attack("title", "change the terminal's title", "print('\\x1b]0;owned\\x07')", (BASIC, FULL), "plain"),
    Attack(
        "clipboard", "write to the clipboard", "print('\\x1b]52;c;cm0gLXJmIH4=\\x07')", (BASIC, FULL), "plain"
    ),
    Attack(
        "alternate_screen",
        "draw a false prompt",
        "print('\\x1b[?1049h\\x1b[5;1HPassword: ')",
        (BASIC, FULL),
        "plain",
    ),
    Attack(
        "backspaces",
        "rewrite what was printed",
        "print('deleted' + '\\b' * 7 + 'kept   ')",
        (BASIC, FULL),
        "plain",
    ),
    Attack("right_to_left", "turn text around", "print('abc\\u202edcba\\u2066')", (BASIC, FULL), "plain"),
    Attack(
        "c1_codes", "the same in single characters", "print('\\x9b2J\\x9d0;x\\x9c')", (BASIC, FULL), "plain"
    ),
    Attack(
        "endless_line",
        "print for ever without a newline",
        "import sys\nwhile True:\n    sys.stdout.write('x' * 65536)",
        (BASIC, FULL),
        "short",
        1.5,
    ),
    Attack(
        "endless_errors",
        "print for ever to stderr",
        "import sys\nwhile True:\n    sys.stderr.write('y\\n' * 4096)",
        (BASIC, FULL),
        "short",
        1.5,
    ),
)

ATTACKS = (*FILES, *PROCESSES, *NETWORK, *OUTPUT)
