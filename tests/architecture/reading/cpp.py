"""C++ as far as the rules need it: text without comments and literals, and where functions and variables are.

It reads this project's style, not the language: what it cannot make out it takes for nothing.
"""

import re
from dataclasses import dataclass

LITERAL = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<tag>[^()\\ ]{0,16})\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.S,
)


def without_literals(text):
    """The text, byte for byte as long, with comments and what stands in quotes blanked."""

    def blank(match):
        found = match.group(0)
        inner = re.sub(r"[^\n]", " ", found)
        return found[0] + inner[1:-1] + found[-1] if found[0] in "\"'" else inner

    return LITERAL.sub(blank, text)


def without_comments(text):
    return LITERAL.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)) if m.group(0).startswith(("//", "/*")) else m.group(0), text)


@dataclass
class Block:
    """What stands between a pair of braces, with the words in front of it."""

    kind: str  # namespace, type, function, other
    head: str
    start: int  # offset where the head begins
    open: int
    close: int


NOT_FUNCTIONS = re.compile(r"^(if|for|while|switch|do|else|try|catch|return|co_return|case|default)\b")


def kind_of(head):
    head = " ".join(head.split())
    head = re.sub(r"^((public|private|protected)\s*:\s*)+", "", head)
    head = re.sub(r"^(\[\[[^]]*\]\]\s*)+", "", head)
    head = re.sub(r"^template\s*<.*?>\s*(?=(class|struct|union|[A-Za-z_:]))", "", head)
    if re.match(r"^(inline\s+)?namespace\b", head) or head in ('extern "C"', 'extern " "'):
        return "namespace"
    if re.match(r"^(typedef\s+)?(class|struct|union|enum)\b", head) and not re.search(r"\)\s*(const|noexcept)?$", head):
        return "type"
    if not head or NOT_FUNCTIONS.match(head) or "(" not in head:
        return "other"
    if re.search(r"\boperator\W*\(", head):
        return "function"
    if re.search(r"(^|[^=!<>+\-*/%&|^])=(?!=)\s*[^()]*$", head):
        return "other"  # a variable with braces
    # name(...) const noexcept -> type : members(...)
    return "function" if re.search(r"[\w~>\])]\s*\(.*\)", head, re.S) else "other"


def blocks(text):
    """The blocks that stand at namespace or class level, from a text without literals. Functions are not looked into."""
    code = re.sub(r"(?m)^[ \t]*#(?:[^\n\\]|\\.)*(?:\\\n(?:[^\n\\]|\\.)*)*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)
    found = []

    def walk(at, end):
        start = at
        parens = 0
        while at < end:
            c = code[at]
            if c in "([":
                parens += 1
            elif c in ")]":
                parens -= 1
            elif c == ";" and parens == 0:
                start = at + 1
            elif c == "{" and parens == 0:
                close = matching(code, at)
                head = code[start:at]
                kind = kind_of(head)
                lead = len(head) - len(head.lstrip())
                found.append(Block(kind, head.strip(), start + lead, at, close))
                if kind in ("namespace", "type"):
                    walk(at + 1, close)
                at = close
                # Behind a member initialiser's braces the head goes on: `: a_{1}, b_(2) {`
                rest = code[at + 1:].lstrip()
                if kind == "function" and (rest.startswith(",") or (rest.startswith("{") and ":" in head)):
                    found.pop()
                    at += 1
                    continue
                if kind != "other" or not rest.startswith((";", ",", ")", ".")):
                    start = at + 1
            at += 1

    walk(0, len(code))
    return found


def matching(code, at):
    """Offset of the brace that closes the one at `at`."""
    depth = 0
    for position in range(at, len(code)):
        if code[position] == "{":
            depth += 1
        elif code[position] == "}":
            depth -= 1
            if depth == 0:
                return position
    return len(code)


def name_of(head):
    """run of `Result<Outcome> run(Context& context)`."""
    before = head[: head.index("(")] if "(" in head else head
    words = re.findall(r"[~\w:<>]+", before)
    return words[-1] if words else head
