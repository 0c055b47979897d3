"""How much of a node pods may have: a pod that fits no node stays pending after ten minutes of an update."""

from decimal import Decimal

import pytest

from realip.instance_types import allocatable

MIB = 2**20
EVICTION = 100 * MIB

# The examples of TKE 76057: vCPU and what is reserved of them, GB and the MB that are.
CORES = {4: "0.1", 32: "0.8", 96: "2", 196: "2.74"}
MEMORY = {2: 512, 8: 1843, 12: 2252, 32: 3645, 320: 13475}


@pytest.mark.parametrize(("cores", "reserved"), CORES.items())
def test_the_cores_that_are_reserved_are_those_of_tkes_examples(cores: int, reserved: str) -> None:
    size = allocatable(f"S5.{cores // 4}XLARGE64")
    assert size is not None
    assert size.cores == cores - Decimal(reserved)


@pytest.mark.parametrize(("gigabytes", "reserved"), MEMORY.items())
def test_the_memory_that_is_reserved_is_that_of_tkes_examples(gigabytes: int, reserved: int) -> None:
    size = allocatable(f"SA5.LARGE{gigabytes}")
    assert size is not None
    assert (gigabytes * 1024 * MIB - size.memory - EVICTION) // MIB == reserved


@pytest.mark.parametrize(
    ("name", "cores"),
    [("S5.SMALL1", 1), ("S5.MEDIUM4", 2), ("SA5.MEDIUM4", 2), ("SN3ne.LARGE8", 4), ("C6.2XLARGE16", 8), ("M5.4XLARGE128", 16), ("SR1.12XLARGE96", 48)],
)  # fmt: skip
def test_the_size_in_a_name_tells_the_cores(name: str, cores: int) -> None:
    size = allocatable(name)
    assert size is not None
    assert 0 < cores - size.cores < cores / 4


@pytest.mark.parametrize(
    "name",
    ["GN10X.2XLARGE40", "BMI5.24XLARGE384", "S5.MEDIUM", "S5", "S5.2XMEDIUM4", "IT5.4XLARGE64", "", "HCCPNV4h.LARGE8"],
)
def test_a_name_that_tells_no_size_is_not_guessed_from(name: str) -> None:
    assert allocatable(name) is None
