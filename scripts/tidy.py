#!/usr/bin/env python3
"""The architecture as a table: include directions, sizes, names. Prints every violation; exit code 1 if there is one."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Folder of src/ → the folders that it may include. Every folder may include itself.
MAY_INCLUDE = {
    'base': [],
    'storage': ['base'],
    'net': ['base'],
    'aws': ['net', 'base'],
    'streamlog': ['storage', 'net', 'base'],
    'search': ['storage', 'net', 'base'],
    'objects': ['storage', 'net', 'base'],
    'metadata': ['storage', 'net', 'base'],
    'services': ['aws', 'generated', 'streamlog', 'search', 'objects', 'metadata', 'storage', 'net', 'base'],
    'server': ['services', 'aws', 'generated', 'streamlog', 'search', 'objects', 'metadata', 'storage', 'net', 'base'],
}
# Pure interfaces that a service may include of another one: what no AWS model describes.
SHARED_INTERFACES = {'services/opensearch/data_plane.h', 'services/opensearch/collection_directory.h',
                     'services/kinesis/record_reader.h'}
# What only one place may use: pattern in the code → folder or file.
CONFINED = {
    r'#include <boost/': 'src/net/',
    r'#include <nghttp2/': 'src/net/',
    r'#include <openssl/ssl\.h>': 'src/net/',
    r'\bstd::j?thread\b': 'src/base/workers',
}
LINE_MAX, FILE_MAX, FUNCTION_MAX = 120, 600, 70
BANNED_IN_NAMES = ('util', 'common', 'helpers', 'misc', 'manager', 'impl')
MARKS = re.compile(r'\b(FIXME|XXX|HACK|TODO)\b')
CODE = {'.cc', '.h'}

found = []


def complain(path, line, text):
    found.append(f'{path}{":" + str(line) if line else ""}: {text}')


def tracked():
    names = subprocess.run(['git', 'ls-files', '--cached', '--others', '--exclude-standard'], cwd=ROOT,
                           capture_output=True, text=True, check=True).stdout.split('\n')
    return [pathlib.Path(name) for name in names if name and (ROOT / name).is_file()]


def check_include(path, number, target):
    folder, first = path.parts[1], target.split('/')[0]
    if first == folder:
        if folder == 'services' and len(path.parts) > 3:
            own = path.parts[2]
            if target.split('/')[1] != own and target not in SHARED_INTERFACES:
                complain(path, number, f'{own} may not include {target}: services meet through the API')
        return
    if first in MAY_INCLUDE and first not in MAY_INCLUDE.get(folder, []):
        complain(path, number, f'{folder} may not include {first}')
    tested = path.stem.endswith(('_test', '_fuzz'))  # the wire is tested with real models
    if first == 'generated' and 'generated' not in MAY_INCLUDE.get(folder, []) and not tested:
        complain(path, number, f'{folder} may not include generated code')


def check_functions(path, lines):
    """A function body begins in a line that ends with '{' at the margin of its scope and ends with its '}'."""
    start = None
    for number, line in enumerate(lines, 1):
        if start is None and re.match(r'^(  )?[A-Za-z_~].*\)[^;]*\{$', line) and not re.match(
                r'^\s*(namespace|class|struct|enum|TEST)', line):
            start, indent = number, len(line) - len(line.lstrip())
        elif start is not None and line.rstrip() in ('}', '};') and indent == 0 or start is not None and line == ' ' * indent + '}':
            if number - start > FUNCTION_MAX:
                complain(path, start, f'function of {number - start} lines (at most {FUNCTION_MAX})')
            start = None


def check_code(path):
    lines = (ROOT / path).read_text(errors='replace').split('\n')
    if len(lines) > FILE_MAX + 1:
        complain(path, 0, f'{len(lines)} lines (at most {FILE_MAX})')
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_MAX:
            complain(path, number, f'{len(line)} columns (at most {LINE_MAX})')
        if MARKS.search(line):
            complain(path, number, 'unfinished mark')
        if path.parts[0] == 'src':
            include = re.match(r'#include "([^"]+)"', line)
            if include:
                check_include(path, number, include.group(1))
            for pattern, home in CONFINED.items():
                if re.search(pattern, line) and not str(path).startswith(home) and not path.stem.endswith(('_test', '_bench')):
                    complain(path, number, f'{pattern} belongs into {home}')
    check_functions(path, lines)


def check_names(path):
    for part in path.parts:
        words = re.split(r'[_.\-]', part.lower())
        for word in BANNED_IN_NAMES:
            if word in words or word + 's' in words:
                complain(path, 0, f'"{word}" says nothing about what is inside')
    if path.suffix in CODE and not re.fullmatch(r'[a-z0-9_]+\.(cc|h)', path.name):
        complain(path, 0, 'files are snake_case')


def check_targets(paths):
    """Every source is in exactly the lists of its folder."""
    listed = {}
    for path in paths:
        if path.name == 'CMakeLists.txt':
            for name in re.findall(r'[\w/]+\.cc\b', (ROOT / path).read_text()):
                listed.setdefault((path.parent / name), 0)
    for path in paths:
        if path.suffix == '.cc' and path.parts[0] == 'src' and path not in listed and path.name != 'fuzz_loop.cc':
            complain(path, 0, 'in no target')


def main():
    paths = tracked()
    for path in paths:
        check_names(path)
        if path.suffix in CODE and path.parts[0] in ('src', 'tests', 'benchmarks'):
            check_code(path)
    check_targets(paths)
    for line in found:
        print(line)
    print(f'tidy: {len(paths)} files, {len(found)} violations')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
