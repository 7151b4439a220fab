#!/usr/bin/env python3
"""Files have at most 400 lines, functions at most 60."""

from reading import cpp, tree

MAX_FILE = 400
MAX_FUNCTION = 60


def check(files):
    for path, text in files.items():
        lines = text.count("\n")
        if lines > MAX_FILE:
            yield f"{path}:1: {lines} lines, at most {MAX_FILE}"
        if not path.endswith((".cpp", ".hpp")):
            continue
        code = cpp.without_literals(text)
        for block in cpp.blocks(code):
            length = code.count("\n", block.start, block.close) + 1
            if block.kind == "function" and length > MAX_FUNCTION:
                yield f"{path}:{tree.line_of(code, block.start)}: {cpp.name_of(block.head)} has {length} lines, at most {MAX_FUNCTION}"


LONG = "  call();\n" * 61
tree.run(
    check,
    tree.read("src", "tools", "scripts", "tests/support", "tests/architecture", "tests/docs", "tests/unit", "tests/fuzz"),
    breaches=[
        ({"src/a.cpp": "\n" * 401}, "401 lines"),
        ({"src/a.cpp": "namespace kopi {\nvoid run(int a) {\n" + LONG + "}\n}\n"}, "run has 63 lines"),
        ({"src/a.cpp": "class A {\n public:\n  template <class T>\n  int go(T a) const noexcept override {\n" + LONG + "  }\n};\n"}, "go has"),
        ({"src/a.cpp": "A::A(int a) : a_(a), b_{a} {\n" + LONG + "}\n"}, "A::A has"),
        ({"src/a.cpp": "auto f(std::string_view s = \"{\") -> Result<int> {\n" + LONG + "}\n"}, "f has"),
        ({"src/a.cpp": "Task<int> f() {\n  g([&] {\n" + LONG + "  });\n}\n"}, "f has"),
        ({"scripts/x": "echo\n" * 500}, "500 lines"),
    ],
    fine=[
        {"src/a.cpp": "void a() {\n" + "  x();\n" * 58 + "}\nvoid b() {\n" + "  x();\n" * 58 + "}\n"},
        {"src/a.cpp": "constexpr Row rows[] = {\n" + "  {1, f(2)},\n" * 100 + "};\n"},
        {"src/a.cpp": "class A {\n" + "  void f() { g(); }\n" * 100 + "};\n"},
    ],
)
