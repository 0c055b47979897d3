"""The program of a project in each language, and the files that the language asks for besides."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import realip
from realip.init import yaml_text
from realip.init.answers import Language
from realip.package import metadata

__all__ = ["PROGRAMS", "Program", "Said", "package", "text_of"]


class Said(NamedTuple):
    """Facts that a program is written from."""

    title: str
    values: Mapping[str, Any]
    """The settings."""
    comments: Mapping[str, str]
    """Explanations of some of them, by path."""
    requirement: str
    """The line with which pip finds this library."""


class Program(NamedTuple):
    """How a project in one language looks."""

    runtime: Any
    """As Pulumi.yaml has it."""
    settings_in: str | None
    """The file of the program that has the settings; None: the stack file has them."""
    files: Callable[[Said], dict[str, str]]
    ignored: tuple[str, ...] = ()
    """Leavings of the language in the folder, as .gitignore has them."""
    resources: Callable[[Said], Iterator[str]] = lambda _: iter(())
    """The lines of Pulumi.yaml that are the program, if any."""


_OUTPUTS = (
    "address",
    "clusterId",
    "deployment",
    "ingress",
    "kubeconfig",
    "namespace",
    "networkRanges",
    "reads",
    "scenario",
    "service",
    "url",
)
"""Exports of a program in another language; `realip verify` asks for some."""
_METADATA = metadata(realip.__homepage__, realip.__version__)
_SDK = f"sdks/{_METADATA['namespace']}-{_METADATA['name']}"
"""Where `pulumi install` writes what a language knows the components by."""
_NPM_PACKAGE: str = _METADATA["language"]["nodejs"]["packageName"]
_GO_PACKAGE: str = _METADATA["language"]["go"]["importBasePath"]
_GO_MODULE: str = _METADATA["language"]["go"]["modulePath"]
_PLUGIN = "plugin"


def package() -> str:
    """Where the engine finds the components: in the project's repository, else in a folder of the new project."""
    if realip.__homepage__:
        address = realip.__homepage__.partition("://")[2]
        return f"{address}.git/{_PLUGIN}@{realip.__version__}"
    return f"./{_PLUGIN}"


def _plugin(said: Said) -> dict[str, str]:
    """The plugin of a project that has to bring its own."""
    if realip.__homepage__:
        return {}
    runtime = {"runtime": {"name": "python", "options": {"toolchain": "pip", "virtualenv": "venv"}}}
    return {
        f"{_PLUGIN}/PulumiPlugin.yaml": text_of(yaml_text.lines(runtime, {})),
        f"{_PLUGIN}/__main__.py": _PLUGIN_PROGRAM,
        f"{_PLUGIN}/requirements.txt": f"{said.requirement}\n",
    }


_PLUGIN_PROGRAM = '''\
"""The components, which the engine starts for the program."""

from realip.hosting import serve

if __name__ == "__main__":
    serve()
'''
_PYTHON_PROGRAM = '''\
"""The Pulumi program: a stack's settings become one RealIpStack, and its outputs the stack's."""

import pulumi

from realip import RealIpStack, load_settings

stack = RealIpStack("realip", load_settings())
for name, value in stack.stack_outputs.items():
    pulumi.export(name, value)
'''


def _python(said: Said) -> dict[str, str]:
    return {"__main__.py": _PYTHON_PROGRAM, "requirements.txt": f"{said.requirement}\n"}


def _yaml_resources(said: Said) -> Iterator[str]:
    stack = {"type": "realip:RealIpStack", "properties": said.values}
    comments = {f"resources.realip.properties.{path}": words for path, words in said.comments.items()}
    yield from yaml_text.lines({"resources": {"realip": stack}}, comments)
    yield from yaml_text.lines({"outputs": {name: f"${{realip.{name}}}" for name in _OUTPUTS}}, {})


def _typescript(said: Said) -> dict[str, str]:
    arguments = _typescript_lines(said.values, said.comments, "    ", "")
    program = [
        f"// {said.title}",
        f'import * as realip from "{_NPM_PACKAGE}";',
        "",
        'const stack = new realip.RealIpStack("realip", {',
        *arguments,
        "});",
        "",
        *(f"export const {name} = stack.{name};" for name in _OUTPUTS),
    ]
    return {"index.ts": text_of(program), "package.json": _PACKAGE_JSON, "tsconfig.json": _TSCONFIG, **_plugin(said)}


def _typescript_lines(values: Mapping[str, Any], comments: Mapping[str, str], indent: str, path: str) -> Iterator[str]:
    for key, value in values.items():
        place = f"{path}.{key}".removeprefix(".")
        if place in comments:
            yield f"{indent}// {comments[place]}"
        name = key if re.fullmatch(r"[A-Za-z_$][\w$]*", key) else _quoted(key)
        if isinstance(value, Mapping):
            yield f"{indent}{name}: {{"
            yield from _typescript_lines(value, comments, f"{indent}    ", place)
            yield f"{indent}}},"
        else:
            yield f"{indent}{name}: {_quoted(value)},"


_PACKAGE_JSON = f"""\
{{
    "main": "index.ts",
    "private": true,
    "dependencies": {{
        "@pulumi/pulumi": "^3.270.0",
        "{_NPM_PACKAGE}": "file:{_SDK}"
    }},
    "devDependencies": {{
        "@types/node": "^22",
        "typescript": "^5.9.3"
    }}
}}
"""
_TSCONFIG = """\
{
    "compilerOptions": {
        "strict": true,
        "target": "es2022",
        "module": "nodenext",
        "moduleResolution": "nodenext",
        "outDir": "bin",
        "types": ["node"],
        "skipLibCheck": true
    },
    "files": ["index.ts"]
}
"""


def _go(said: Said) -> dict[str, str]:
    program = [
        f"// {said.title}",
        "package main",
        "",
        "import (",
        f'\t"{_GO_PACKAGE}"',
        '\t"github.com/pulumi/pulumi/sdk/v3/go/pulumi"',
        ")",
        "",
        "func main() {",
        "\tpulumi.Run(func(ctx *pulumi.Context) error {",
        f"\t\tscenario := realip.StackScenario({_quoted(said.values['scenario'])})",
        '\t\tstack, err := realip.NewRealIpStack(ctx, "realip", &realip.RealIpStackArgs{',
        "\t\t\tScenario: &scenario,",
        *_go_sections(said),
        "\t\t})",
        "\t\tif err != nil {",
        "\t\t\treturn err",
        "\t\t}",
        *(f'\t\tctx.Export("{name}", stack.{_upper(name)})' for name in _OUTPUTS),
        "\t\treturn nil",
        "\t})",
        "}",
    ]
    return {"main.go": text_of(program), "go.mod": _GO_MOD, **_plugin(said)}


def _go_sections(said: Said) -> Iterator[str]:
    for section, inside in said.values.items():
        if not isinstance(inside, Mapping):
            continue
        if section in said.comments:
            yield f"\t\t\t// {said.comments[section]}"
        yield f"\t\t\t{_upper(section)}: &realip.Stack{_upper(section)}Args{{"
        commented = [f"{section}.{key}" in said.comments for key in inside]
        for at, (key, value) in enumerate(inside.items()):
            if commented[at]:
                yield f"\t\t\t\t// {said.comments[f'{section}.{key}']}"
            yield f"\t\t\t\t{f'{_upper(key)}:':<{_widest(list(inside), commented, at) + 1}} {_go_value(value)},"
        yield "\t\t\t},"


def _widest(keys: Sequence[str], commented: Sequence[bool], at: int) -> int:
    """The length of the longest key among neighbours: gofmt has values of lines without a comment in between under each other."""
    start = max((number for number in range(at + 1) if commented[number]), default=0)
    end = next((number for number in range(at + 1, len(keys)) if commented[number]), len(keys))
    return max(map(len, keys[start:end]))


def _go_value(value: Any) -> str:
    match value:
        case bool():
            return f"pulumi.BoolRef({str(value).lower()})"
        case int():
            return f"pulumi.IntRef({value})"
        case list():
            return f"[]string{{{', '.join(map(_quoted, value))}}}"
        case Mapping():
            return (
                f"map[string]string{{{', '.join(f'{_quoted(key)}: {_quoted(item)}' for key, item in value.items())}}}"
            )
        case _:
            return f"pulumi.StringRef({_quoted(value)})"


_GO_MOD = f"""\
module stack

go 1.26.6

require (
\t{_GO_MODULE} v0.0.0-00010101000000-000000000000
\tgithub.com/pulumi/pulumi/sdk/v3 v3.274.1
)

replace {_GO_MODULE} => ./{_SDK}
"""


def _upper(name: str) -> str:
    return name[0].upper() + name[1:]


def _quoted(value: Any) -> str:
    """Text, numbers and lists as JSON has them, which is as every language here has them."""
    return json.dumps(value, ensure_ascii=False)


def text_of(lines: Iterable[str]) -> str:
    """The text of a file from its lines."""
    return "".join(f"{line}\n" for line in lines)


_IGNORED_PLUGIN = ("plugin/venv/", "__pycache__/")
PROGRAMS: Mapping[str, Program] = {
    Language.PYTHON: Program(
        {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}},
        None,
        _python,
        (".venv/", "__pycache__/", "*.pyc"),
    ),
    Language.TYPESCRIPT: Program(
        "nodejs", "index.ts", _typescript, ("bin/", "node_modules/", "sdks/", *_IGNORED_PLUGIN)
    ),
    Language.GO: Program("go", "main.go", _go, ("sdks/", *_IGNORED_PLUGIN)),
    Language.YAML: Program("yaml", "Pulumi.yaml", _plugin, _IGNORED_PLUGIN, _yaml_resources),
}
