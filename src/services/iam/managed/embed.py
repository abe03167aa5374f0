"""Writes a C++ file that holds the managed policies: embed.py OUTPUT FILE…"""
import json
import pathlib
import sys


def main() -> None:
    output, files = sys.argv[1], sorted(sys.argv[2:])
    lines = [
        "// Made by services/iam/managed/embed.py. Do not edit.",
        '#include "services/iam/managed_policies.h"',
        "",
        "namespace standpipe::iam {",
        "",
        "std::span<const std::string_view> managed_policy_files() {",
        "  static constexpr std::string_view kFiles[] = {",
    ]
    for name in files:
        policy = json.loads(pathlib.Path(name).read_text(encoding="utf-8"))
        lines.append('      R"policy(' + json.dumps(policy) + ')policy",')
    lines += ["  };", "  return kFiles;", "}", "", "}  // namespace standpipe::iam", ""]
    pathlib.Path(output).write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
