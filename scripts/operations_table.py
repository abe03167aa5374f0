#!/usr/bin/env python3
"""Writes the table of supported operations into README.md; with --check only tells whether it is up to date."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def table():
    operations = json.loads((ROOT / 'models/operations.json').read_text())
    rows = [f'| {service} | {", ".join(sorted(names))} |' for service, names in operations.items()]
    return '\n'.join(['| service | operations |', '|---|---|', *rows])


def main():
    path = ROOT / 'README.md'
    old = path.read_text()
    new = re.sub(r'(<!-- operations: [^\n]*-->\n).*?(<!-- end of operations -->)',
                 lambda match: f'{match[1]}\n{table()}\n\n{match[2]}', old, flags=re.S)
    if '--check' in sys.argv:
        return 0 if new == old else 1
    path.write_text(new)
    return 0


if __name__ == '__main__':
    sys.exit(main())
