#!/usr/bin/env python3
"""Rooms never print. What kopi prints leaves through cli/console.cpp, and there only what went through escape_terminal()."""

import re

from reading import cpp, tree

PRINTS = re.compile(
    r"\bstd::(cout|cerr|clog|print|println|puts|printf|fprintf|putchar|perror|fwrite|fputs)\b"
    r"|(?<![\w:.>])(?:::)?(printf|fprintf|vprintf|vfprintf|dprintf|puts|fputs|putchar|putc|fputc|perror|psignal)\s*\("
    r"|\bfmt::(print|println)\b"
    r"|(?<![\w:.>])(?:::)?(write|writev|send)\s*\(\s*(1|2|STDOUT_FILENO|STDERR_FILENO)\b"
    r"|\b(stdout|stderr)\b"
)
EXCEPTIONS = {
    "src/base/result.cpp": "a failed assertion: its own words and a place in the source, straight to stderr, for nothing else works any more",
}
# Where write_stream() may be called with the answer or the talk.
DOORS = {"src/cli/console.cpp", "src/system/terminal.cpp", "src/system/terminal.hpp"}
# What console.cpp hands to it: rendered Text (escaped when it was made, cli/text.cpp), escaped text, our own literals, or out_raw's bytes.
SAFE_ARGUMENT = re.compile(r'text\.render\(\w+\)|("(?:\\.|[^"\\])*"\s*\+\s*)?escape_terminal\([^()]*\)|"(?:\\.|[^"\\])*"|bytes', re.S)
# Who may print bytes as they are, and why that is safe.
RAW = {
    "src/cli/answer.cpp": (2, "JSON: render_json() escapes every control and bidirectional character"),
    "src/cli/archive_output.cpp": (1, "an archive for a pipe; a terminal is refused"),
    "src/cli/chat_view.cpp": (4, "events are JSON as above; a pipe gets the model's very bytes; a lone line break"),
    "src/cli/console.cpp": (2, "its definition, and rendered Text"),
    "src/cli/console.hpp": (1, "its declaration"),
}
# Who may send a terminal cursor movements: the text between them went through escape_terminal() in cli/line_editor.cpp.
DRAWS = {"src/cli/line_input.cpp", "src/cli/console.cpp", "src/cli/console.hpp"}
# Who makes styled pieces of text; everything goes through add(), which escapes.
PIECES = {"src/cli/text.cpp", "src/cli/text.hpp"}


def calls(code, name):
    """(offset, arguments) of every call of a function, from a text with its literals."""
    bare = cpp.without_literals(code)
    for match in re.finditer(rf"\b{name}\s*\(", bare):
        depth, at, start, arguments = 1, match.end(), match.end(), []
        while depth and at < len(bare):
            if bare[at] in "([{":
                depth += 1
            elif bare[at] in ")]}":
                depth -= 1
            if (depth == 1 and bare[at] == ",") or depth == 0:
                arguments.append(code[start:at].strip())
                start = at + 1
            at += 1
        yield match.start(), arguments


def check(files):
    for path, text in files.items():
        code = cpp.without_literals(text)
        if path not in EXCEPTIONS:
            for match in PRINTS.finditer(code):
                yield f"{path}:{tree.line_of(code, match.start())}: {match.group(0).strip()} prints; a Reporter is told, and cli prints"
        if path not in DOORS:
            for offset, _ in calls(text, "write_stream"):
                yield f"{path}:{tree.line_of(code, offset)}: write_stream() is called by cli/console.cpp alone"
        raw = list(calls(text, "out_raw"))
        allowed = RAW.get(path, (0, ""))[0]
        if len(raw) > allowed:
            yield f"{path}:{tree.line_of(code, raw[-1][0])}: out_raw() {len(raw)} times here, {allowed} are listed in this rule with their reason"
        for offset, _ in calls(text, r"console_?\.draw"):
            if path not in DRAWS:
                yield f"{path}:{tree.line_of(code, offset)}: draw() is called by cli/line_input.cpp alone"
        if path == "src/cli/line_editor.cpp" and "escape_terminal(cluster" not in text:
            yield f"{path}:1: lays text out without escaping it"
        if path not in PIECES and re.search(r"\bpieces_\b", code):
            yield f"{path}:1: only cli/text.cpp makes pieces of text"
    if "src/cli/console.cpp" in files:
        for offset, arguments in calls(files["src/cli/console.cpp"], "write_stream"):
            if len(arguments) != 2 or not SAFE_ARGUMENT.fullmatch(arguments[1]):
                line = tree.line_of(files["src/cli/console.cpp"], offset)
                yield f"src/cli/console.cpp:{line}: what is printed here went not through escape_terminal(): {', '.join(arguments[1:])}"
    if "src/cli/text.cpp" in files:
        for name in ("Text& Text::add", "void Table::row"):
            body = files["src/cli/text.cpp"].partition(name)[2].partition("\n}\n")[0]
            if "escape_terminal(" not in body:
                yield f"src/cli/text.cpp:1: {name} takes text without escaping it"


SAFE_TEXT = "Text& Text::add(Style s, std::string t) {\n  pieces_.push_back({s, escape_terminal(t, Keep::layout)});\n}\nvoid Table::row() {\n  escape_terminal(cell);\n}\n"
tree.run(
    check,
    {path: text for path, text in tree.read("src").items() if path.endswith((".cpp", ".hpp"))},
    breaches=[
        ({"src/cli/a.cpp": "void f() { std::cout << 1; }"}, "std::cout prints"),
        ({"src/store/a.cpp": "void f() { printf(\"x\"); }"}, "printf( prints"),
        ({"src/store/a.cpp": "void f() { std::fputs(\"x\", file); }"}, "fputs prints"),
        ({"src/store/a.cpp": "void f() { ::write(1, text.data(), 3); }"}, "write(1 prints"),
        ({"src/store/a.cpp": "void f() { (void)write(STDERR_FILENO, a, b); }"}, "STDERR_FILENO prints"),
        ({"src/store/a.cpp": "void f() { fmt::print(\"x\"); }"}, "fmt::print prints"),
        ({"src/cli/a.cpp": "void f() { write_stream(Stream::output, name); }"}, "alone"),
        ({"src/cli/commands/a.cpp": "void f() { console.out_raw(name); }"}, "out_raw() 1 times"),
        ({"src/cli/console.cpp": "void f() { (void)write_stream(Stream::errors, name); }"}, "not through escape_terminal()"),
        ({"src/cli/console.cpp": "void f() { (void)write_stream(Stream::errors, escape_terminal(a) + name); }"}, "not through escape_terminal()"),
        ({"src/cli/commands/a.cpp": "void f() { console_.draw(name); }"}, "line_input.cpp alone"),
        ({"src/cli/line_editor.cpp": "void f() { rows += cluster; }"}, "without escaping it"),
        ({"src/cli/table.cpp": "void f() { pieces_.push_back({s, t}); }"}, "only cli/text.cpp"),
        ({"src/cli/text.cpp": SAFE_TEXT.replace("escape_terminal(t, Keep::layout)", "t")}, "Text::add takes text"),
        ({"src/cli/text.cpp": SAFE_TEXT.replace("escape_terminal(cell)", "cell")}, "Table::row takes text"),
    ],
    fine=[
        {"src/cli/console.cpp": 'void f() {\n  (void)write_stream(Stream::errors, "\\r\\x1b[K" + escape_terminal(line, Keep::nothing));\n  write_stream(Stream::output, text.render(colour));\n}\n'},
        {"src/store/a.cpp": '// printf("x")\nauto s = "std::cout puts(1)"; bool puts_it; stream.write(1); output(1);\n'},
        {"src/cli/text.cpp": SAFE_TEXT},
    ],
)
