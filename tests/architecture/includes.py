#!/usr/bin/env python3
"""Who may include whom: the rooms of src/CMakeLists.txt, arrows downward only, and every third-party header in its one room."""

import re

from reading import cpp, tree

# Where a third-party header may be included. A trailing slash means a folder of headers.
THIRD_PARTY = {
    "yaml-cpp/": "formats",
    "libfyaml.h": "formats",
    "nlohmann/": "formats",
    "utf8proc.h": "base",
    "tl/expected.hpp": "base",
    "git2.h": "system",
    "git2/": "system",
    "curl/": "system",
    "CLI/": "cli",
    "sodium.h": "system",
    "sodium/": "system",
    "sqlite3.h": "system",
    "archive.h": "system",
    "archive_entry.h": "system",
    "zlib.h": "system",
    "boost/": "system",
    "openssl/": "system",
    "fmt/": "*",  # part of how every room speaks: base/result.hpp brings it along
}
# In no header that another room includes, directly or through others: their macros and weight stay where they are.
HIDDEN = ("CLI/", "git2", "archive", "sodium", "curl/", "boost/", "openssl/", "sqlite3", "nlohmann/", "yaml-cpp/", "libfyaml", "utf8proc", "zlib")
# The operating system's own headers belong to system.
POSIX = re.compile(
    r"(sys|linux|netinet|arpa)/.*|(unistd|fcntl|dirent|pwd|grp|poll|spawn|termios|netdb|signal|pthread|dlfcn|fnmatch|glob|ftw|syslog)\.h")
POSIX_TYPES = {"sys/types.h"}  # mode_t and the like: names, no calls
POSIX_EXCEPTIONS = {
    "src/base/result.cpp": "a failed assertion writes its last words and ends the process",
    "src/store/aliases.cpp": "a wrapper is opened without following a link, and its owner is looked at",
    "src/store/blobs.cpp": "a blob appears by rename(2), so that nobody meets half of one",
    "src/store/clone.cpp": "links are copied as links, and huge files in pieces",
    "src/store/home.cpp": "the user's home where HOME is not set",
    "src/store/profiles.cpp": "the process's id in the name of a staging directory",
}
STANDARD = re.compile(r"[a-z_]+|c(assert|ctype|errno|float|inttypes|limits|locale|math|setjmp|signal|stdarg|stddef|stdint|stdio|stdlib|string|time|wchar)")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(<([^>]+)>|"([^"]+)")', re.M)


def rooms(cmake):
    """{room: the rooms that it may see}, in the order of the table."""
    table = {}
    for words in re.findall(r"^kopi_room\(([^)]*)\)", cmake, re.M):
        name, *rest = words.split()
        keys = {"NEEDS", "USES", "PUBLIC_USES"}
        needs, current = [], None
        for word in rest:
            if word in keys:
                current = word
            elif current == "NEEDS":
                needs.append(word)
        table[name] = needs
    return table


def room_of(path):
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else "(program)"


def includes(text):
    """(line, third-party header or None, own header or None) of each #include."""
    for match in INCLUDE.finditer(cpp.without_comments(text)):
        yield tree.line_of(text, match.start()), match.group(2), match.group(3)


def check(files):
    table = rooms(files["src/CMakeLists.txt"])
    yield from check_table(table)
    sources = {path: text for path, text in files.items() if path.startswith("src/") and path.endswith((".cpp", ".hpp"))}
    for path, text in sources.items():
        for line, foreign, own in includes(text):
            problem = about_foreign(path, foreign) if foreign else about_own(path, own, table, files)
            if problem:
                yield f"{path}:{line}: {problem}"
    yield from check_hidden(sources)


def check_table(table):
    known = []
    for room, needs in table.items():
        for other in needs:
            if other not in known:
                yield f"src/CMakeLists.txt:1: {room} needs {other}, which stands below it in the table: arrows run downward only"
        known.append(room)


def about_own(path, own, table, files):
    room, target = room_of(path), own.split("/")[0]
    if "/" not in own or target not in table:
        return f'"{own}" is in no room; headers are named from src/'
    allowed = set(table) if room == "(program)" else {room, *table[room]}
    if target not in allowed:
        return f"{room} may not see {target}"
    if f"src/{own}" not in files:
        return f"there is no src/{own}"
    return None


def about_foreign(path, header):
    room = room_of(path)
    if POSIX.fullmatch(header):
        if room == "system" or header in POSIX_TYPES or path in POSIX_EXCEPTIONS:
            return None
        return f"<{header}> is the operating system's, and only system talks to it"
    if STANDARD.fullmatch(header):
        return None
    for name, home in THIRD_PARTY.items():
        if header == name or (name.endswith("/") and header.startswith(name)):
            return None if home in ("*", room) else f"<{header}> belongs to {home}"
    return f"<{header}> belongs to no room"


def check_hidden(sources):
    """Headers that other rooms reach, with what those bring along."""
    reached, todo = {}, []
    for path, text in sources.items():
        for _, _, own in includes(text):
            if own and own.split("/")[0] != room_of(path):
                todo.append((f"src/{own}", path))
    while todo:
        header, by = todo.pop()
        if header in reached or header not in sources:
            continue
        reached[header] = by
        todo += [(f"src/{own}", by) for _, _, own in includes(sources[header]) if own]
    for header, by in reached.items():
        for line, foreign, _ in includes(sources[header]):
            if foreign and foreign.startswith(HIDDEN):
                yield f"{header}:{line}: <{foreign}> reaches {by} through this header"


ROOMS = {"src/CMakeLists.txt": "kopi_room(base USES dep_x)\nkopi_room(system NEEDS base USES dep_git2)\nkopi_room(cli NEEDS base system)\n"}
tree.run(
    check,
    tree.read("src"),
    breaches=[
        ({**ROOMS, "src/base/a.cpp": '#include "system/b.hpp"\n', "src/system/b.hpp": ""}, "base may not see system"),
        ({**ROOMS, "src/cli/a.cpp": '#include "system/none.hpp"\n'}, "there is no src/system/none.hpp"),
        ({**ROOMS, "src/cli/a.cpp": '#include "b.hpp"\n', "src/cli/b.hpp": ""}, "is in no room"),
        ({**ROOMS, "src/cli/a.cpp": "#include <git2.h>\n"}, "belongs to system"),
        ({**ROOMS, "src/cli/a.cpp": "#  include <nlohmann/json.hpp>\n"}, "belongs to formats"),
        ({**ROOMS, "src/base/a.hpp": "#include <fcntl.h>\n"}, "only system talks to it"),
        ({**ROOMS, "src/base/a.hpp": "#include <sys/stat.h>\n"}, "only system talks to it"),
        ({**ROOMS, "src/base/a.hpp": "#include <Qt/QObject>\n"}, "belongs to no room"),
        ({**ROOMS, "src/system/g.hpp": "#include <git2.h>\n", "src/system/h.hpp": '#include "system/g.hpp"\n', "src/cli/a.cpp": '#include "system/h.hpp"\n'},
         "reaches src/cli/a.cpp"),
        ({"src/CMakeLists.txt": "kopi_room(base NEEDS cli)\nkopi_room(cli NEEDS base)\n"}, "arrows run downward"),
    ],
    fine=[
        {**ROOMS, "src/system/g.hpp": "#include <git2.h>\n", "src/system/a.cpp": '#include "system/g.hpp"\n#include <sys/stat.h>\n'},
        {**ROOMS, "src/cli/a.cpp": '#include "base/b.hpp"\n// #include <git2.h>\n#include <fmt/core.h>\n#include <string_view>\n', "src/base/b.hpp": ""},
        {**ROOMS, "src/main.cpp": '#include "cli/main.hpp"\n', "src/cli/main.hpp": ""},
    ],
)
