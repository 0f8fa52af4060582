"""Seccomp: calls that a script of dlt's has no use for, refused by the kernel."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

from .kernel import NO_NEW_PRIVILEGES, control, on_linux

_SECCOMP, _FILTER = 22, 2
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND, _THIRD, _FOURTH = 0, 4, 16, 24, 32, 40
"""Where these stand in what a filter looks at; of an argument the lower half, on little-endian machines."""

_LOAD, _EQUAL, _ABOVE, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
_X32 = 0x40000000
_NEW_SPACES = 0x7E020000
"""Flags of clone that make namespaces."""
_STREAM, _KIND = 1, 0xF
_IPV4, _IPV6 = 2, 10
_USUAL, _TCP = 0, 6
"""Protocols. Another one of the same kind, MPTCP or SCTP, would go past Landlock."""

# fmt: off
_SAME = {
    "io_uring_setup": 425, "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsmount": 432,
    "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442,
}
"""Since 424, numbers are the same everywhere."""
_CALLS = {
    "x86_64": {
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "bpf": 321, "perf_event_open": 298,
        "userfaultfd": 323, "keyctl": 250, "add_key": 248, "request_key": 249, "mount": 165, "umount2": 166,
        "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308, "kexec_load": 246,
        "kexec_file_load": 320, "init_module": 175, "finit_module": 313, "delete_module": 176,
        "open_by_handle_at": 304, "swapon": 167, "reboot": 169, "setsid": 112, "setpgid": 109,
        "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240,
    },
    "aarch64": {
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280, "perf_event_open": 241,
        "userfaultfd": 282, "keyctl": 219, "add_key": 217, "request_key": 218, "mount": 40, "umount2": 39,
        "pivot_root": 41, "chroot": 51, "unshare": 97, "setns": 268, "kexec_load": 104,
        "kexec_file_load": 294, "init_module": 105, "finit_module": 273, "delete_module": 106,
        "open_by_handle_at": 265, "swapon": 224, "reboot": 142, "setsid": 157, "setpgid": 154,
        "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180,
    },
}
"""Refused: looking into other processes, changing the kernel or the mounts, leaving the process group, and
what is shared with other programs by a number or a name of the kernel's own."""
_LIMITS = {"x86_64": 302, "aarch64": 261}
"""prlimit: a limit of one's own is nobody's business, but those of pilot would end it."""
_SENDING = {
    "x86_64": ((44, _FOURTH), (46, _THIRD), (307, _FOURTH)),
    "aarch64": ((206, _FOURTH), (211, _THIRD), (269, _FOURTH)),
}
"""sendto, sendmsg and sendmmsg, and where their flags stand."""
_CONNECTING = 0x20000000
"""MSG_FASTOPEN: to send is to connect then, which Landlock does not see."""
# fmt: on
_ARCHITECTURES = {"x86_64": (0xC000003E, 41, 56), "aarch64": (0xC00000B7, 198, 220)}
"""The kernel's number for it, and those of socket and clone there."""
_CLONE3 = 435

Line = tuple[int, int, int, int]


def restrict(udp: bool) -> bool:
    """Have the kernel refuse them from now on; False where pilot knows no numbers. Raises OSError.

    Sockets: TCP only, and UDP where it is needed. Those of the file system (docker's, the desktop's) too are
    refused; pairs of sockets are not.
    """
    machine = platform.machine()
    if not on_linux() or machine not in _ARCHITECTURES or sys.byteorder != "little":
        return False
    program = _program(machine, udp)
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    control("no_new_privs", NO_NEW_PRIVILEGES, 1)
    control("seccomp", _SECCOMP, _FILTER, struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    return True


def _program(machine: str, udp: bool) -> list[Line]:
    architecture, socket, clone = _ARCHITECTURES[machine]
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_ABOVE, 0, 1, _X32),
        _refused(errno.ENOSYS),
        (_EQUAL, 0, 1, _CLONE3),  # its flags can't be seen from here; without it libc uses clone
        _refused(errno.ENOSYS),
        *(line for number in _refusals(machine) for line in ((_EQUAL, 0, 1, number), _refused(errno.EPERM))),
        *_by_argument(_LIMITS[machine], _FIRST, (_EQUAL, 1, 0, 0), errno.EPERM),
        *(
            line
            for number, flags in _SENDING[machine]
            for line in _by_argument(number, flags, (_ANY_BIT, 0, 1, _CONNECTING), errno.EOPNOTSUPP)
        ),
        (_EQUAL, 0, 4, clone),
        (_LOAD, 0, 0, _FIRST),
        (_ANY_BIT, 0, 1, _NEW_SPACES),
        _refused(errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
        (_EQUAL, 1, 0, socket),
        (_RETURN, 0, 0, _ALLOW),
        *_sockets(udp),
    ]


def _by_argument(call: int, argument: int, passes: Line, refusal: int) -> list[Line]:
    """A call that is refused unless a test of one of its arguments jumps over that."""
    return [
        (_EQUAL, 0, 4, call),
        (_LOAD, 0, 0, argument),
        passes,
        _refused(refusal),
        (_LOAD, 0, 0, _NUMBER),
    ]


def _sockets(udp: bool) -> list[Line]:
    """Which sockets may be made."""
    kinds: list[Line] = [
        (_LOAD, 0, 0, _SECOND),
        (_AND, 0, 0, _KIND),
        (_EQUAL, 0, 4, _STREAM),
        (_LOAD, 0, 0, _THIRD),
        (_EQUAL, 1, 0, _USUAL),
        (_EQUAL, 0, 1, _TCP),
        (_RETURN, 0, 0, _ALLOW),
        _refused(errno.EACCES),
    ]
    return [
        (_LOAD, 0, 0, _FIRST),
        (_EQUAL, 2, 0, _IPV4),
        (_EQUAL, 1, 0, _IPV6),
        _refused(errno.EACCES),
        *([(_RETURN, 0, 0, _ALLOW)] if udp else kinds),
    ]


def _refusals(machine: str) -> list[int]:
    return [*_CALLS[machine].values(), *_SAME.values()]


def _refused(number: int) -> Line:
    return (_RETURN, 0, 0, _REFUSE | number)
