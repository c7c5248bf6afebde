"""Changes to a pf.conf that change no packet's way."""

import re

MACRO = re.compile(r'^(\w+) = "([^"]*)"$', re.M)


def rename_macro(rand, text):
    macros = MACRO.findall(text)
    if not macros:
        return None
    name = rand.choice(macros)[0]
    return re.sub(rf"(^{name}(?= =)|(?<=\$){name}\b)", "other_name", text, flags=re.M)


def expand_macro(rand, text):
    macros = [(name, value) for name, value in MACRO.findall(text) if "$" not in value]
    if not macros:
        return None
    name, value = rand.choice(macros)
    text = re.sub(rf'^{name} = "[^"]*"\n', "", text, flags=re.M)
    return re.sub(rf"\${name}\b", lambda _: value, text)


def table_for_list(rand, text):
    """A list of addresses becomes a table that nobody can change."""
    lists = list(re.finditer(r"\b(from|to) \{ ([0-9.]+(?: [0-9.]+)*) \}", text))
    if not lists:
        return None
    one = rand.choice(lists)
    lines = (text[:one.start()] + f"{one[1]} <listed>" + text[one.end():]).splitlines()
    place = next(i for i, line in enumerate(lines) if not re.match(r"(set|\w+ =|#|table)|$", line))
    return "\n".join([*lines[:place], f"table <listed> const {{ {one[2]} }}", *lines[place:]]) + "\n"


def list_for_table(rand, text):
    """The opposite, of tables without negated members, where no `!` stands in front."""
    tables = [(m[1], m[2]) for m in re.finditer(r"^table <(\w+)> const \{ ([^}!]*) \}$", text, re.M)
              if re.search(rf"(?<!! )(?:from|to) <{m[1]}>", text) and not re.search(rf"(!|\{{[^}}]*) ?<{m[1]}>", text)]
    if not tables:
        return None
    name, members = rand.choice(tables)
    return re.sub(rf"\b(from|to) <{name}>", rf"\1 {{ {members} }}", text)


def quick_at_the_end(rand, text):
    """The last rule is the last match anyway."""
    lines = text.rstrip("\n").splitlines()
    found = re.match(r"(pass|block)((?: drop| return)?(?: in| out)?)(?! quick)(?= |$)", lines[-1])
    if not found or " quick" in lines[-1]:
        return None
    return "\n".join([*lines[:-1], found[0] + " quick" + lines[-1][found.end():]]) + "\n"


def inline_anchor(rand, text):
    """An anchor without conditions becomes its rules."""
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if re.fullmatch(r'anchor "[^"]+" \{', line.strip())]
    if not starts:
        return None
    start = rand.choice(starts)
    depth = 0
    for end in range(start, len(lines)):
        depth += lines[end].rstrip().endswith("{") - (lines[end].strip() == "}")
        if depth == 0:
            return "\n".join([*lines[:start], *lines[start + 1:end], *lines[end + 1:]]) + "\n"
    return None


def wrap_in_anchor(rand, text):
    """The opposite: one rule becomes an anchor of one rule."""
    lines = text.splitlines()
    places = [i for i, line in enumerate(lines) if re.match(r"(pass|block|match) ", line) and not line.endswith("{")]
    if not places:
        return None
    place = rand.choice(places)
    return "\n".join([*lines[:place], 'anchor "wrapped" {', lines[place], "}", *lines[place + 1:]]) + "\n"


def write_otherwise(rand, text):
    """Blanks, comments and broken lines."""
    lines = []
    for line in text.splitlines():
        words = line.split(" ")
        cut = rand.randrange(1, len(words)) if len(words) > 1 and '"' not in line and "#" not in line else 0
        lines.append(" ".join(words[:cut]) + " \\\n\t" + " ".join(words[cut:]) if cut and rand.random() < 0.5 else line)
        if rand.random() < 0.2:
            lines.append("# a comment")
    return "\n".join(lines) + "\n"


CHANGES = (rename_macro, expand_macro, table_for_list, list_for_table, quick_at_the_end, inline_anchor, wrap_in_anchor, write_otherwise)
