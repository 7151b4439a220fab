#!/usr/bin/env python3
"""Rooms below cli take everything as an argument: no environment, no exceptions of ours, no exits, no files outside system, no mutable globals."""

import re

from reading import cpp, tree

ENVIRONMENT = re.compile(r"\b(getenv|secure_getenv|setenv|unsetenv|putenv|clearenv|environ)\b")
ENVIRONMENT_HOME = {
    "src/system/environment.cpp": "makes an Environment",
    "src/system/step_hook.cpp": "in test builds alone: a step to be killed at must be known wherever it lies",
}

THROW = re.compile(r"\bthrow\b")
EXITS = re.compile(r"(?<![\w.>])(?:std::|::)?(exit|_exit|_Exit|quick_exit|abort|terminate)\s*\(")
EXITS_ALLOWED = {
    "src/base/result.cpp": "a failed assertion is a bug, and nothing after it can be trusted",
    "src/base/task.hpp": "an exception in a coroutine is a bug: adapters catch what others throw",
    "src/system/loop.hpp": "as base/task.hpp: an exception that reached a coroutine of ours is a bug",
}

FILES = re.compile(r"std::filesystem|#\s*include\s*<(filesystem|fstream)>|\bstd::[io]?fstream\b|\b(?:std::|::)?(fopen|fdopen|freopen|tmpfile)\s*\(")
FILES_CALLS = re.compile(r"(?<![\w.>])::(open|openat|creat|remove|unlink|unlinkat|rename|renameat|renameat2|mkdir|mkdirat|rmdir|symlink|symlinkat|link|linkat|truncate|chmod|fchmod|chown|utimensat|mkfifo)\s*\(")
FILES_ALLOWED = {
    "src/store/aliases.cpp": "opens a wrapper without following a link",
    "src/store/blobs.cpp": "puts a finished blob in its place by rename(2), without the flush to disk that write_file() makes for each",
    "src/store/clone.cpp": "copies links as links",
}

GLOBALS_ALLOWED = {
    ("src/system/interrupt.cpp", "active"): "a signal handler can reach nothing else",
}
LOCALS_ALLOWED = {
    ("src/system/step_hook.cpp", "counts"): "in test builds alone: the Nth time that a step is reached",
    ("src/runtime/provider/http_provider.cpp", "random"): "the jitter of pauses between retries; no answer depends on it",
}
# Where a local static is made once and never changes, it says const.
STATIC_LOCAL = re.compile(r"(?<![\w:])(?:static|thread_local)\s+(?:thread_local\s+|static\s+)?(?!constexpr\b|const\b|inline\b|_)([\w:<>,*&\s\[\]]+?)\s*(?:\b(\w+))\s*(?=[={;(\[])")


def check(files):
    for path, text in files.items():
        code = cpp.without_literals(text)
        if path not in ENVIRONMENT_HOME:
            yield from hits(path, code, ENVIRONMENT, "reads the process's environment; an Environment is passed")
        yield from hits(path, code, THROW, "nothing throws; failures are Results")
        yield from unless_listed(EXITS_ALLOWED, path, hits(path, code, EXITS, "the program ends at the end of main()"))
        if not path.startswith("src/system/"):
            yield from hits(path, code, FILES, "the disk belongs to system")
            yield from unless_listed(FILES_ALLOWED, path, hits(path, code, FILES_CALLS, "the disk belongs to system"))
        yield from check_globals(path, code)
        yield from check_locals(path, code)


def unless_listed(exceptions, path, complaints):
    """An exception that nobody needs any more is a complaint too."""
    complaints = list(complaints)
    if path not in exceptions:
        yield from complaints
    elif not complaints:
        yield f"{path}:1: needs no exception any more: {exceptions[path]}"


def hits(path, code, pattern, why):
    for match in pattern.finditer(code):
        yield f"{path}:{tree.line_of(code, match.start())}: {match.group(0).strip()}: {why}"


def check_globals(path, code):
    """Statements at namespace level, and static members, that are neither const nor a declaration of something else."""
    for offset, statement, in_type in statements(code):
        words = " ".join(statement.split())
        if in_type and not re.match(r"(public:|private:|protected:|\s)*(inline\s+)?static\b", words):
            continue
        words = re.sub(r"^((public|private|protected)\s*:\s*)+", "", words)
        name = variable_in(words)
        if name and (path, name) not in GLOBALS_ALLOWED:
            yield f"{path}:{tree.line_of(code, offset)}: {name} is a mutable global"


DECLARATION = re.compile(r"^(using|typedef|template|friend|namespace|enum|class|struct|union|static_assert|extern|asm|KOPI_\w+|\[\[)\b|^$")


def variable_in(words):
    """The name of the variable that a statement defines, unless it is constant."""
    if DECLARATION.match(words) or re.search(r"\b(const|constexpr|constinit)\b", words.split("=")[0].split("{")[0].split("(")[0]):
        return None
    head = re.split(r"[={\[]", words, maxsplit=1)[0].strip()
    if "(" in head or "operator" in head:
        return None  # a function's declaration
    match = re.fullmatch(r"(?:(?:static|inline|thread_local|volatile)\s+)*[\w:]+(?:\s*<.*>)?[\s*&]+(?:[\w:]+[\s*&]+)*(\w+)", head)
    return match.group(1) if match else None


def statements(code):
    """(offset, text, in a type) of what stands between semicolons outside of functions; bodies and braces are cut out."""
    blocks = cpp.blocks(code)
    outside = list(re.sub(r"(?m)^[ \t]*#(?:[^\n\\]|\\.)*(?:\\\n(?:[^\n\\]|\\.)*)*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code))
    inside_type = [False] * (len(outside) + 1)
    for block in blocks:
        if block.kind == "type":
            inside_type[block.open:block.close] = [True] * (block.close - block.open)
    for block in blocks:
        if block.kind == "function":
            outside[block.start:block.close + 1] = ";" * (block.close + 1 - block.start)
        elif block.kind in ("namespace", "type"):
            outside[block.start:block.open + 1] = [";" if c != "\n" else c for c in outside[block.start:block.open + 1]]
            if block.close < len(outside):
                outside[block.close] = ";"
        else:
            outside[block.open + 1:block.close] = [" " if c != "\n" else c for c in outside[block.open + 1:block.close]]
    text = "".join(outside)
    at = 0
    for piece in text.split(";"):
        if piece.strip():
            lead = at + len(piece) - len(piece.lstrip())
            yield lead, piece.strip(), inside_type[min(lead, len(inside_type) - 1)]
        at += len(piece) + 1


def check_locals(path, code):
    for block in cpp.blocks(code):
        if block.kind != "function":
            continue
        for match in STATIC_LOCAL.finditer(code, block.open, block.close):
            if (path, match.group(2)) not in LOCALS_ALLOWED:
                yield f"{path}:{tree.line_of(code, match.start())}: {match.group(2)} is a mutable global in a function"


tree.run(
    check,
    {path: text for path, text in tree.read("src").items() if path.endswith((".cpp", ".hpp"))},
    breaches=[
        ({"src/store/a.cpp": 'auto h = std::getenv("HOME");'}, "getenv"),
        ({"src/system/process.cpp": "for (char** e = ::environ; *e; ++e) {}"}, "environ"),
        ({"src/store/a.cpp": 'void f() {\n  throw std::runtime_error("x");\n}\n'}, ":2: throw"),
        ({"src/store/a.cpp": "void f() { std::exit(1); }"}, "exit("),
        ({"src/store/a.cpp": "void f() { ::_exit(1); }"}, "_exit("),
        ({"src/store/clone.cpp": "void f() {}"}, "needs no exception"),
        ({"src/store/a.cpp": "#include <filesystem>\n"}, "filesystem"),
        ({"src/model/a.cpp": "void f() { std::ofstream(path) << 1; }"}, "ofstream"),
        ({"src/model/a.cpp": "void f() { ::unlink(path.c_str()); }"}, "::unlink("),
        ({"src/store/a.cpp": "namespace kopi {\nint counter = 0;\n}\n"}, ":2: counter is a mutable global"),
        ({"src/store/a.cpp": "namespace {\nstd::map<std::string, int> cache;\n}\n"}, "cache is"),
        ({"src/store/a.cpp": "std::atomic<bool> done{false};\n"}, "done is"),
        ({"src/store/a.cpp": "static char buffer[10];\n"}, "buffer is"),
        ({"src/store/a.cpp": "Foo* current = nullptr;\n"}, "current is"),
        ({"src/store/a.hpp": "class A {\n public:\n  static inline int count = 0;\n};\n"}, "count is"),
        ({"src/store/a.cpp": "int next() {\n  static int number = 0;\n  return ++number;\n}\n"}, ":2: number is a mutable global in a function"),
        ({"src/store/a.cpp": "int next() {\n  static thread_local std::minstd_rand random{1};\n  return random();\n}\n"}, "random is"),
    ],
    fine=[
        {"src/system/environment.cpp": "extern char** environ;\nvoid f() { use(environ); }\n"},
        {"src/store/a.cpp": '// throw\nauto s = "getenv throw exit(1)";\n'.replace("auto", "const auto")},
        {"src/store/a.cpp": "namespace kopi {\nconstexpr int a = 1;\nconst Node b{1};\nextern const CommandSpec c;\nvoid f(int x = 0);\nusing B = int;\nstruct D;\nint g() { int y = 0; return y; }\n}\n"},
        {"src/store/a.hpp": "class A {\n  int member_ = 0;\n  std::vector<int> others_;\n  static Result<A> open(const std::string& p);\n  bool operator==(const A&) const = default;\n  static constexpr int k = 1;\n};\n"},
        {"src/store/a.cpp": "const Node& schema() {\n  static const Node parsed = [] { return read(); }();\n  static constexpr std::string_view keys[] = {\"a\"};\n  return parsed;\n}\n"},
        {"src/store/a.cpp": "int A::run() { return 1; }\nstd::string A::name() const { return {}; }\nA::A(int a) : a_{a} {}\nA& A::operator=(A&& o) noexcept { return *this; }\n"},
        {"src/store/a.cpp": "void f() { process.exit(1); int exit = open(1); }"},
    ],
)
