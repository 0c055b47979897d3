"""Kubernetes quantities: amounts of CPU and memory, as text or as a plain number."""

import math
import re
from decimal import Context, Decimal

__all__ = ["A_CPU", "A_MEMORY", "amount_of", "cpu", "memory", "quantity_text"]

A_CPU = "an amount such as 250m or 1"
A_MEMORY = "an amount such as 256Mi or 1Gi"
"""The remedy for a value that is no quantity at all."""

_QUANTITY = re.compile(
    r"\+?([0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE]([+-]?[0-9]{1,2})|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]))?"
)
_MULTIPLES = {
    **{suffix: Decimal(10) ** (3 * power) for power, suffix in enumerate("num kMGTPE", start=-3) if suffix != " "},
    **{f"{suffix}i": Decimal(2) ** (10 * power) for power, suffix in enumerate("KMGTPE", start=1)},
}
_EXACT = Context(prec=100)
_LARGEST_QUANTITY = 2**63 - 1


def _quantity(value: str | float) -> Decimal | None:
    """The number that a Kubernetes quantity stands for (apimachinery `resource.Quantity`); a plain number is one too."""
    matched = _QUANTITY.fullmatch(quantity_text(value))
    if matched is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    number, exponent, suffix = matched.groups()
    factor = Decimal(10) ** int(exponent or 0) if suffix is None else _MULTIPLES[suffix]
    amount = _EXACT.multiply(Decimal(number), factor)
    return amount if 0 < amount <= _LARGEST_QUANTITY else None


def amount_of(value: object) -> Decimal | None:
    """The number that a Kubernetes quantity of anything stands for, nothing included; None if it is none."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    matched = _QUANTITY.fullmatch(quantity_text(value))
    nothing = matched is not None and not Decimal(matched[1])
    return Decimal(0) if nothing else _quantity(value)


def quantity_text(value: str | float) -> str:
    """A quantity as Kubernetes' API has it: text, also where somebody wrote a number."""
    if isinstance(value, str):
        return value
    return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)


def cpu(value: str | float) -> Decimal:
    """A Kubernetes CPU quantity, in cores: `250m`, `1`, `0.5`. Nothing is finer than a thousandth."""
    cores = _quantity(value)
    if cores is None or _EXACT.multiply(cores, Decimal(1000)) % 1:
        raise ValueError("is not a CPU quantity; write thousandths of a core such as 250m, or cores such as 1")
    return cores


def memory(value: str | float) -> int:
    """A Kubernetes memory quantity, in bytes: `256Mi`, `1Gi`, `512M`, `1e9`."""
    size = _quantity(value)
    if size is None or size % 1:
        raise ValueError("is not a memory quantity; write one such as 256Mi or 1Gi")
    return int(size)
