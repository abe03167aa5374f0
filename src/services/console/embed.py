"""Writes a C++ file that holds the web application: embed.py OUTPUT FOLDER. Without index.html it holds nothing."""
import gzip
import hashlib
import pathlib
import sys

TYPES = {'.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
         '.json': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon',
         '.woff2': 'font/woff2', '.txt': 'text/plain; charset=utf-8'}


def main() -> None:
    output, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    packed = output.parent / 'console_assets'
    packed.mkdir(parents=True, exist_ok=True)
    files = sorted(path for path in folder.rglob('*') if path.is_file() and not path.name.startswith('.'))
    if not (folder / 'index.html').is_file():
        files = []
    bytes_, rows = [], []
    for number, path in enumerate(files):
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        (packed / f'{digest}.gz').write_bytes(gzip.compress(content, 9, mtime=0))
        bytes_.append(f'asm(".section .rodata\\nconsole_asset_{number}:\\n.incbin \\"{packed / digest}.gz\\"\\n'
                      f'console_asset_{number}_end:\\n.previous");\n'
                      f'extern "C" const char console_asset_{number}[], console_asset_{number}_end[];')
        rows.append(f'      {{"{path.relative_to(folder).as_posix()}", "{TYPES[path.suffix]}", "\\"{digest[:32]}\\"",\n'
                    f'       {{console_asset_{number}, console_asset_{number}_end}}}},')
    table = ['  static const Asset kAssets[] = {', *rows, '  };', '  return kAssets;'] if rows else ['  return {};']
    output.write_text('\n'.join([
        '// Made by services/console/embed.py. Do not edit.', '#include "services/console/assets.h"', '', *bytes_, '',
        'namespace standpipe::console {', '', 'std::span<const Asset> embedded_assets() {', *table, '}', '',
        '}  // namespace standpipe::console', '']), encoding='utf-8')


if __name__ == '__main__':
    main()
