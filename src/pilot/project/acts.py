"""What code can do beside loading data, by the names that it calls, in words for a person."""

from __future__ import annotations

import re

PROGRAM = "starts another program"
PROCESS = "starts a process of its own that may outlive it"
CODE = "runs text as code"
HIDDEN = "calls functions by names that are put together when it runs"
MODULE = "imports a module whose name is only known when it runs"
SYSTEM = "calls the system past Python"
NETWORK = "opens network connections of its own, not as an HTTP client"
DELETES = "deletes files"
RIGHTS = "changes who may use a file"
WRITES = "writes outside the project"
INSTALLS = "installs packages"
SIGNALS = "stops other processes"
PASSWORDS = "reads stored passwords"
ENVIRONMENT = "reads all environment variables"
CREDENTIALS = "reads a file that holds credentials"
HOME = "looks into your home folder"
SENDS = "changes or deletes something at a host"

CALLS = {
    "subprocess.": PROGRAM,
    "os.system": PROGRAM,
    "os.popen": PROGRAM,
    "os.exec": PROGRAM,
    "os.spawn": PROGRAM,
    "os.posix_spawn": PROGRAM,
    "os.startfile": PROGRAM,
    "pty.": PROGRAM,
    "asyncio.create_subprocess_": PROGRAM,
    "asyncio.subprocess.": PROGRAM,
    "webbrowser.": PROGRAM,
    "os.fork": PROCESS,
    "os.setsid": PROCESS,
    "os.daemon": PROCESS,
    "http.client.HTTPConnection": NETWORK,
    "http.client.HTTPSConnection": NETWORK,
    "asyncio.open_connection": NETWORK,
    "asyncio.start_server": NETWORK,
    "eval": CODE,
    "exec": CODE,
    "compile": CODE,
    "builtins.eval": CODE,
    "builtins.exec": CODE,
    "runpy.": CODE,
    "code.Interactive": CODE,
    "pickle.load": CODE,
    "dill.load": CODE,
    "marshal.load": CODE,
    "shelve.open": CODE,
    "yaml.unsafe_load": CODE,
    "joblib.load": CODE,
    "os.remove": DELETES,
    "os.unlink": DELETES,
    "os.rmdir": DELETES,
    "os.removedirs": DELETES,
    "os.truncate": DELETES,
    "shutil.rmtree": DELETES,
    "os.chmod": RIGHTS,
    "os.chown": RIGHTS,
    "shutil.chown": RIGHTS,
    "os.kill": SIGNALS,
    "signal.pthread_kill": SIGNALS,
    "pip.": INSTALLS,
    "ensurepip.": INSTALLS,
    "getpass.getpass": PASSWORDS,
    "keyring.": PASSWORDS,
}
"""Full names, or how they begin."""

METHODS = {"unlink": DELETES, "rmdir": DELETES, "rmtree": DELETES, "chmod": RIGHTS, "lchmod": RIGHTS}
"""On whatever object."""

IMPORTS = {
    "ctypes": SYSTEM,
    "cffi": SYSTEM,
    "mmap": SYSTEM,
    "socket": NETWORK,
    "socketserver": NETWORK,
    "http.server": NETWORK,
    "ftplib": NETWORK,
    "smtplib": NETWORK,
    "telnetlib": NETWORK,
    "poplib": NETWORK,
    "imaplib": NETWORK,
    "paramiko": NETWORK,
    "websockets": NETWORK,
    "websocket": NETWORK,
    "keyring": PASSWORDS,
    "browser_cookie3": PASSWORDS,
    "pip": INSTALLS,
    "pty": PROGRAM,
}

CREDENTIAL_FILES = re.compile(
    r"(^|[/\\~])\.(ssh|aws|azure|gnupg|kube|netrc|pgpass|npmrc|pypirc|git-credentials|docker|mozilla)([/\\]|$)"
    r"|id_(rsa|ed25519|ecdsa)\b|authorized_keys|(^|[/\\])_netrc$|\.(bash|zsh)_history|cookies\.sqlite"
    r"|Login Data|\.config[/\\](gcloud|gh|google-chrome|chromium)|^/etc/(shadow|sudoers)"
    r"|^/proc/[^/]+/(environ|mem)|(^|[/\\])secrets\.toml$|^/var/run/docker\.sock|^/run/secrets"
)
INSTALLING = re.compile(r"\b(pip3?|uv|conda|npm|apt(-get)?|brew)\s+(-\S+\s+)*(pip\s+)?(install|add)\b")
"""A command line that installs."""
CHANGING = frozenset({"put", "patch", "delete"})
CLIENTS = ("requests", "httpx", "client", "session", "dlt.sources.helpers.requests")
PLACES_OF_URLS = re.compile(r"(url|uri|host|endpoint|base|api|webhook|server)", re.IGNORECASE)
"""Names under which a URL is one that gets called; others (a licence, a documentation) are only text."""
