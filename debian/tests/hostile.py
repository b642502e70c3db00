# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors
"""Text that breaks what is not escaped, and stack files with such text in every field.

A candidate is one such text in one field. A stack file has each on a line of its own, so that what is refused can
be told from where the error stands.
"""

import json
import re

# Each of these has a meaning to systemd, to YAML, to nginx or to a regular expression, somewhere.
SPECIMENS = [
    "", " ", "  leading", "trailing  ", "\ttab\tinside\t", "\t", "\"", "'", "it's", "say \"hi\"", "\"\"", "''", "\\",
    "a\\", "a\\\\", "\\\\\\", "\\\"", "\\n", "\\x41", "\\101", "\\u0041", "\\s", "\\ ", "\\;", "\\t", "a \\ b", "%",
    "%%", "%n", "%h", "%d", "%i", "%%n", "100%", "%\\", "%{x}", "$", "$$", "$X", "${X}", "${X", "$$X", "$${X}",
    "$HOME", "${HOME:-x}", "$${", "$ $", "a$b", "$MAINPID", "\\$X", "`id`", "$(id)", ";", " ; ", "a;b", ";;",
    "; ExecStart=/bin/evil", "#", "# no comment", "a #b", "\\\n#", "=", "a=b", "A=1 B=2", "[Service]", "[Service",
    "ExecStart=/bin/evil", "}", "{", "{}", "} server { listen 1;", "; }", "- a", "-", "--", "---", "...", "? x",
    ": x", "a: b", "!!str", "!x", "*alias", "&a", "|", ">", "@x", "%YAML 1.2", "yes", "no", "on", "null", "~", "true",
    "1e3", "0x10", "0o7", "010", "1:30", ".inf", ".nan", "=", "<<", "2001-01-01", "[a]", "{a: b}", "a, b", ",", "+x",
    "@/bin/x", "-/bin/x", "!/bin/x", "!!/bin/x", ":/bin/x", "|/bin/x", "e\u0301", "\u0301", "\"\u0301", "\\\u0301",
    "$\u0301", "%\u0301", ";\u0301", " \u0301", "{\u0301", "\u00e9", "\u212a", "\u037e", "\u1fef", "\U0001f600",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u05e9\u05dc\u05d5\u05dd", "\u202eevil", "a\u0085b", "a\u2028b",
    "a\u2029b", "\u00a0", "\u00a0x\u00a0", "\u3000", "\ufeff", "\ufeffx", "\u200b", "\u0080", "\u009f", "\u009b31m",
    "\ufffd", "\ue000", "\U0010fffd", "\u00ad", "a\u0085[Service]\u0085ExecStart=/bin/evil",
    "a\u2028ExecStart=/bin/evil", "\n", "a\nb", "a\n[Service]\nExecStart=/bin/evil", "a\r\nb", "\r", "\0", "\x01",
    "\x1b[31m", "\x7f", "\x08", "a\\\nb", "\ufdd0", "\ufffe", "\uffff", "\U0001ffff", "\U0010ffff", "x" * 4000,
    "%$\\\"' " * 1500,
]
PIECES = [piece for piece in SPECIMENS if len(piece) < 40] + list("abcXYZ019 _-./:,=%$\\\"';#{}()[]<>|&*!?@^~+`")


def is_unit_text(text):
    """Whether systemd can read the text at all: no control characters but tab, and nothing that Unicode keeps free."""
    return not re.search("[\x00-\x08\x0a-\x1f\x7f\ufdd0-\ufdef]", text) and \
        not any(ord(character) & 0xfffe == 0xfffe for character in text)


def is_argument(text):
    """Whether a program can get the text (execve(2): MAX_ARG_STRLEN with its closing NUL)."""
    return is_unit_text(text) and len(text.encode()) < 131072


def is_path(path):
    """Whether a path is absolute, in its normal form but for slashes, and short enough for the kernel."""
    parts = path.encode().split(b"/")
    return is_unit_text(path) and path.startswith("/") and b"." not in parts and b".." not in parts \
        and len(path.encode()) < 4096 and all(len(part) <= 255 for part in parts)


def text(random):
    """One hostile text."""
    if random.random() < 0.4:
        return random.choice(SPECIMENS)
    return "".join(random.choice(PIECES) for _ in range(random.randint(1, 8)))


def quoted(value):
    """A string as a double-quoted scalar of YAML. JSON's are such scalars but for surrogates and what YAML calls not
    printable."""
    return re.sub(r"[^\t\x20-\x7e\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0001fffd]",
                  lambda match: f"\\U{ord(match[0]):08x}", json.dumps(value, ensure_ascii=False))


class Candidate:
    """A text in a field: what may come of it, and what stands in its place in a harmless stack."""

    def __init__(self, field, value, benign, acceptable=None, is_needed=False):
        self.field, self.value, self.benign, self.acceptable = field, value, benign, acceptable
        self.is_needed, self.is_refused, self.message = is_needed, False, None

    @property
    def outcome(self):
        """What the field holds in the end, where it cannot be left out."""
        return self.benign if self.is_refused else self.value

    def __repr__(self):
        shown = ascii(self.value)
        return f"{self.field} {shown if len(shown) < 200 else shown[:200] + '...'}"


class Stack:
    """A stack file in the making; `lines` holds either text or a candidate with what stands around it."""

    def __init__(self):
        self.lines = []

    def add(self, line, candidate=None):
        """A line; where there is a candidate, `@` in it stands for the text.

        A line whose text is refused is left out, or gets the harmless one where it is needed."""
        self.lines.append((line, candidate))

    @property
    def candidates(self):
        return [candidate for _, candidate in self.lines if candidate]

    @property
    def accepted(self):
        return [candidate for candidate in self.candidates if not candidate.is_refused]

    def render(self, is_benign=False):
        """The text of the file, and the candidate of each line that has one."""
        lines, owners = [], {}
        for line, candidate in self.lines:
            if candidate:
                if candidate.is_refused and not candidate.is_needed:
                    continue
                owners[len(lines) + 1] = candidate
                line = line.replace("@", quoted(candidate.benign if is_benign else candidate.outcome), 1)
            lines.append(line)
        return "\n".join(lines) + "\n", owners
