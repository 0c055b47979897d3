"""From arguments that a component takes, one step aside: refused with its path, or the same program; never anything else."""

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realip import ArgumentError, GlobalRouteDirectAccess
from realip.components._arguments import Shape
from tests.components.argument_trees import SHAPES, TREES
from tests.support.recording import Recording, run
from tests.support.thoroughness import examples

Path = tuple[int | str, ...]
IDS = [f"{component.__name__}-{number}" for number, (component, _) in enumerate(TREES)]


def _places(tree: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a tree of arguments, but its root."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield (*path, key)
        yield from _places(value, (*path, key))


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _with(tree: dict[str, Any], path: Path, change: Any) -> dict[str, Any]:
    """A copy of a tree in which `change` has had its way with what holds a place."""
    changed = copy.deepcopy(tree)
    change(_at(changed, path[:-1]), path[-1])
    return changed


def _names_arguments(path: Path) -> bool:
    """Whether the last step is an argument's name, and not an entry of a list or a map."""
    free_maps = {"annotations", "labels", "selector", "tags", "apps", "env"}
    if "pod_template" in path[:-1]:
        return False  # the API's names, not ours
    return isinstance(path[-1], str) and (len(path) < 2 or path[-2] not in free_maps)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


JUNK = st.sampled_from(
    [None, True, False, 0, -1, 3.5, 10**30, float("nan"), float("inf"), "", " ", "x" * 300, "\ud800", "é", "a\n", "80",
     b"x", [], {}, [[]], [None], {"a": None}, {1: 2}, {"x"}, object(), int, {"apps": {}}, -0.0, "0.0.0.0/0", "kube-system"]
)  # fmt: skip


def _same_kind(old: object, new: object, path: Path) -> bool:
    """Whether a value might stand where another stood, whatever it says."""
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool)
    either = path[-1] == "target_port" or ("pod_template" in path and path[-1] == "port") or "resources" in path[:-1]
    if isinstance(old, str) or either:
        return isinstance(new, str) or (either and isinstance(new, int | float))
    if isinstance(old, int):
        return isinstance(new, int) or (isinstance(new, float) and new.is_integer())
    return isinstance(new, type(old))


def _written(path: Path) -> str:
    """A path as a problem has it; entries of lists and maps are in brackets."""
    said = ""
    for index, step in enumerate(path):
        if isinstance(step, int):
            said += f"[{step}]"
        elif _names_arguments(path[: index + 1]):
            said += f".{step}" if said else step
        else:
            said += f'["{step}"]'
    return said


def _touch(told: str, path: str) -> bool:
    """Whether a problem's path is a place, lies in it or holds it."""
    short, long = sorted((told, path), key=len)
    return long == short or long.startswith((f"{short}.", f"{short}["))


def _problems(shape: Shape, args: object) -> list[str]:
    """Where the problems are, once each has been found fit to be read."""
    found = shape.problems(args)
    for problem in [*found, *shape.refusals(args)]:
        said = str(problem)
        assert problem.path, said
        assert "\n" not in said, said
        assert "object at 0x" not in said, said
        said.encode()
    assert len(set(map(str, found))) == len(found), "a problem is told twice"
    return [problem.path for problem in found]


def _said(shape: Shape, tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every argument in a tree, with the TypedDict that it belongs to."""
    for argument, value in tree.items():
        yield shape.args.__name__, argument
        rule: Any = shape.rules.get(argument)
        inner = rule if isinstance(rule, Shape) else getattr(rule, "rule", getattr(rule, "value", None))
        if isinstance(inner, Shape):
            for entry in [value] if rule is inner else value.values() if isinstance(value, dict) else value:
                yield from _said(inner, entry)


def test_every_argument_is_in_one_of_the_trees() -> None:
    """Or the properties would be about some arguments only."""
    assert {component for component, _ in TREES} == set(SHAPES)
    said = {found for component, tree in TREES for found in _said(SHAPES[component], tree)}
    owners = {made.__name__: made for component in SHAPES for made in _typed_dicts(SHAPES[component])}
    assert {(name, argument) for name, made in owners.items() for argument in made.__annotations__} == said


def _typed_dicts(shape: Shape) -> Iterator[Any]:
    yield shape.args
    for rule in shape.rules.values():
        inner: Any = rule if isinstance(rule, Shape) else getattr(rule, "rule", getattr(rule, "value", None))
        if isinstance(inner, Shape):
            yield from _typed_dicts(inner)


@pytest.mark.parametrize(("component", "tree"), TREES, ids=IDS)
def test_the_trees_themselves_are_right(component: Any, tree: dict[str, Any]) -> None:
    assert _problems(SHAPES[component], tree) == []


_TREE = st.sampled_from(TREES)


@given(_TREE, st.data())
@examples(2000, 20_000)
def test_one_step_aside_is_refused_where_it_is_or_is_as_good(chosen: tuple[Any, dict[str, Any]], data: Any) -> None:
    component, tree = chosen
    shape = SHAPES[component]
    path = data.draw(st.sampled_from(list(_places(tree))))
    old, place = _at(tree, path), _written(path)
    kinds = ["retype", "nest", "list", "bytes"] + (["drop", "rename", "camel"] if _names_arguments(path) else [])
    match data.draw(st.sampled_from(kinds)):
        case "retype":
            new = data.draw(JUNK)
            told = _problems(shape, _with(tree, path, lambda holder, key: holder.__setitem__(key, new)))
            named_none = new is None and component.__name__ == "Apps" and path[-1] in ("service", "ingress")
            removed = new is None and "pod_template" in path[:-2]  # as a patch does
            if not named_none and not removed and not _same_kind(old, new, path):
                assert any(_touch(one, place) for one in told), f"{place} = {new!r} is taken, or is refused elsewhere"
        case "nest":
            told = _problems(shape, _with(tree, path, lambda holder, key: holder.__setitem__(key, {"value": old})))
            assert any(_touch(one, place) for one in told) or path[-1] in ("labels", "selector", "tags", "apps", "env")
        case "list":
            told = _problems(shape, _with(tree, path, lambda holder, key: holder.__setitem__(key, [old])))
            assert any(_touch(one, place) for one in told), f"a list is taken for {place}"
        case "bytes":
            told = _problems(shape, _with(tree, path, lambda holder, key: holder.__setitem__(key, b"abc")))
            assert any(_touch(one, place) for one in told), f"bytes are taken for {place}"
        case "drop":
            told = _problems(shape, _with(tree, path, lambda holder, key: holder.pop(key)))
            if _required(shape, path):
                assert place in told, f"{place} may be missing"
        case kind:
            name = _camel(str(path[-1])) if kind == "camel" else f"{path[-1]}s"
            if name in _at(tree, path[:-1]):  # http becomes https, which is another argument
                return
            moved = _with(tree, path, lambda holder, key: holder.__setitem__(name, holder.pop(key)))
            assert _written((*path[:-1], name)) in _problems(shape, moved), f"{name} is dropped without a word"


def _required(shape: Shape, path: Path) -> bool:
    """Whether an argument has to be there."""
    for index, step in enumerate(path):
        rule: Any = shape.rules.get(step) if isinstance(step, str) else None
        if index == len(path) - 1:
            return shape.kinds[str(step)].required
        rule = getattr(rule, "rule", getattr(rule, "value", rule)) if not isinstance(rule, Shape) else rule
        shape = rule if isinstance(rule, Shape) else shape
    return False


@given(
    _TREE,
    st.data(),
    st.recursive(JUNK, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner)),
)
@examples(300, 3000)
def test_whatever_is_given_for_arguments_is_told_and_never_a_traceback(
    chosen: tuple[Any, dict[str, Any]], data: Any, junk: Any
) -> None:
    shape = SHAPES[chosen[0]]
    argument = data.draw(st.sampled_from(list(shape.kinds)))
    _problems(shape, junk)
    _problems(shape, chosen[1] | {argument: junk})


# --- the components themselves ----------------------------------------------------------------------------------------


def _make(component: Any, args: Any) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        component("mine", args() if callable(args) else args, pulumi.ResourceOptions(providers=[provider]))

    return run(program)


def _asked(found: Recording) -> Counter[str]:
    return Counter(f"{made.type} {made.name} {sorted(made.inputs.items())!r}" for made in found.resources)


def _floats(value: Any) -> Any:
    """Numbers as programs in other languages send them."""
    if isinstance(value, dict):
        return {key: _floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_floats(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize(("component", "tree"), TREES, ids=IDS)
def test_numbers_as_other_languages_send_them_make_the_same_program(component: Any, tree: dict[str, Any]) -> None:
    assert _asked(_make(component, _floats(tree))) == _asked(_make(component, tree))


def _with_outputs(tree: dict[str, Any], paths: Sequence[Path]) -> dict[str, Any]:
    changed = copy.deepcopy(tree)
    for path in paths:
        _at(changed, path[:-1])[path[-1]] = pulumi.Output.from_input(_at(changed, path))
    return changed


def _other_programs(component: Any, tree: dict[str, Any], paths: Sequence[Path], wanted: Counter[str]) -> list[str]:
    """Places, of equal depth, at which an output makes another program: all tried at once, and by halves where that does."""
    try:
        if _asked(_make(component, lambda: _with_outputs(tree, paths))) == wanted:
            return []
        said = ["makes another program"]
    except ArgumentError as error:
        said = [str(problem) for problem in error.problems if not _touch(problem.path, _written(paths[0]))]
    if len(paths) == 1:
        return [f"{_written(paths[0])}: {each}" for each in said]
    halves = (paths[: len(paths) // 2], paths[len(paths) // 2 :])
    return [each for half in halves for each in _other_programs(component, tree, half, wanted)]


@pytest.mark.repeats
@pytest.mark.parametrize(("component", "tree"), TREES, ids=IDS)
def test_an_output_anywhere_is_refused_where_it_is_or_makes_the_same_program(
    component: Any, tree: dict[str, Any]
) -> None:
    """An object that arrives as an output used to lose its keys, and an internal load balancer became public."""
    places = list(_places(tree))
    told: dict[Path, list[str]] = {}
    run(lambda: told.update({path: _problems(SHAPES[component], _with_outputs(tree, [path])) for path in places}))
    assert [path for path in places if not all(_touch(one, _written(path)) for one in told[path])] == []
    refused, taken = ([path for path in places if bool(told[path]) is wrong] for wrong in (True, False))
    assert taken or component is GlobalRouteDirectAccess, "no output at all is taken"
    if refused:
        with pytest.raises(ArgumentError):
            _make(component, lambda: _with_outputs(tree, refused[:1]))
    wanted = _asked(_make(component, tree))
    for _, level in groupby(sorted(taken, key=len), key=len):
        assert _other_programs(component, tree, list(level), wanted) == []


@given(_TREE, st.data())
@examples(60, 1000)
def test_what_is_refused_makes_nothing_and_what_is_taken_is_made(chosen: tuple[Any, dict[str, Any]], data: Any) -> None:
    component, tree = chosen
    path = data.draw(st.sampled_from(list(_places(tree))))
    new = data.draw(JUNK)
    changed = _with(tree, path, lambda holder, key: holder.__setitem__(key, new))
    made: list[str] = []

    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        pulumi.runtime.register_stack_transformation(lambda resource: made.append(resource.type_))
        component("mine", changed, pulumi.ResourceOptions(providers=[provider]))

    told = SHAPES[component].problems(changed)
    if told:
        with pytest.raises(ArgumentError) as refused:
            run(program)
        assert refused.value.problems[: len(told)] == tuple(told) or str(refused.value.problems) == str(tuple(told))
        assert made == []
    else:
        run(program)
        assert made[0] == f"realip:index:{component.__name__}"
