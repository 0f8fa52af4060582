"""Does something to a module the moment the script has imported it, without importing it for that."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

Act = Callable[[ModuleType], None]


def on_import(acts: Mapping[str, Act]) -> None:
    """Act on these modules: on those that are there at once, on others once they are imported."""
    for name, act in acts.items():
        if name in sys.modules:
            act(sys.modules[name])
    awaited = {name: act for name, act in acts.items() if name not in sys.modules}
    if awaited:
        sys.meta_path.insert(0, _Watcher(awaited))


class _Watcher:
    """A finder that finds nothing by itself: it lets the others find, and has the act follow the import."""

    def __init__(self, awaited: dict[str, Act]) -> None:
        self._awaited = awaited

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the other finders have, where the module is awaited."""
        act = self._awaited.pop(name, None)
        if act is None:
            return None
        for finder in sys.meta_path:
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    _let_follow(spec, act)
                    return spec
        return None


def _let_follow(spec: ModuleSpec, act: Act) -> None:
    """Have the module's own loader act after it has executed the module."""
    loader = spec.loader
    execute = getattr(loader, "exec_module", None)
    if execute is None:
        return

    def exec_module(module: ModuleType) -> None:
        execute(module)
        act(module)

    loader.__dict__["exec_module"] = exec_module
