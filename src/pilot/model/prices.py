"""What models cost: a table that is shipped, with the person's and the project's own prices laid over it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from pilot.config import config_files, read_config
from pilot.errors import UsageError
from pilot.model.settings import is_loopback

_SHIPPED = Path(__file__).with_name("prices.toml")
_MILLION = 1_000_000
_DATED = re.compile(r"-\d{4}-\d\d-\d\d$")


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars per million tokens."""

    input: float
    output: float

    def of(self, input_tokens: float, output_tokens: float) -> float:
        """US dollars for so many tokens."""
        return (input_tokens * self.input + output_tokens * self.output) / _MILLION


FREE = Price(0.0, 0.0)


@dataclass(frozen=True)
class PriceList:
    """Prices by model, those that the person gave first.

    A project may come from anybody: its prices can't make a vendor's model cheap, and a bound void.
    """

    own: Mapping[str, Price] = field(default_factory=dict)
    """The person's: they hold anywhere."""
    vendors: Mapping[str, Mapping[str, Price]] = field(default_factory=dict)
    """What is shipped: by the vendors' own hosts."""
    project: Mapping[str, Price] = field(default_factory=dict)
    """The project's: for what neither knows."""

    def of(self, model: str, url: str) -> Price | None:
        """The price of a model at an endpoint; None where it is not known. This machine costs nothing."""
        vendor = self.vendors.get(urlsplit(url).hostname or "", {})
        known = (_found(prices, model) for prices in (self.own, vendor, self.project))
        free = FREE if is_loopback(url) else None
        return next((price for price in known if price is not None), free)


def price_list(root: Path, environ: Mapping[str, str]) -> PriceList:
    """The prices that hold in a project. Raises UsageError for a table [prices] that can't be used."""
    own, project = map(_said, config_files(root, environ))
    return PriceList(own, msgspec.convert(read_config(_SHIPPED), dict[str, dict[str, Price]]), project)


def _found(prices: Mapping[str, Price], model: str) -> Price | None:
    """A model goes by its name, without the maker's in front of it, or the day of its version behind it."""
    bare = model.rpartition("/")[2]
    return next((prices[name] for name in (model, bare, _DATED.sub("", bare)) if name in prices), None)


def _said(file: Path) -> dict[str, Price]:
    hint = 'A price is US dollars per million tokens: "gpt-6-sol" = { input = 2.0, output = 10.0 }'
    try:
        said = msgspec.convert(read_config(file).get("prices", {}), dict[str, Price])
    except msgspec.ValidationError as error:
        raise UsageError(f"{file}: [prices] can't be used: {error}.", hint) from None
    # `not >=` refuses NaN too
    if any(
        not 0 <= amount < float("inf") for price in said.values() for amount in (price.input, price.output)
    ):
        raise UsageError(f"{file}: [prices] wants numbers, 0 or more.", hint)
    return said
