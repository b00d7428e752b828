# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the tools of a CI job say why they failed: a table of causes, in the order of their weight.

Lines are those of the failed step, without timestamps and colours. The function of a cause gets them and
the index of the first that begins with the cause's pattern; it returns None where this is not the cause.
"""

from __future__ import annotations

import re
import typing as t

Lines = t.Sequence[str]
Span = tuple[int, int]
# The line that says most, and the spans of lines, half open, that show the cause in full.
Shown = tuple[str, tuple[Span, ...]]

# What the runner or a caller says of a failure that another has explained before.
WRAPPER = re.compile(
    r"##\[error\](Process completed with exit code|The process '.*' failed with exit code|"
    r"Bash exited with code|Docker (?:\w+ )?failed with exit code|One or more containers failed to start|"
    r"The operation was canceled|A task was canceled|Cancell?ed)"
)
_EXIT_CODE = r"##\[error\]Process completed with exit code "
_RAISED_FROM = re.compile(r"direct cause of the following|another exception occurred")
# Lines that are shown before what says most, and behind it.
_BEFORE, _BEHIND = 12, 25


def first(lines: Lines) -> Shown | None:
    """Return the first cause of the table that the lines show, or None."""
    found = ((_find(lines, pattern), read) for pattern, read in _CAUSES)
    return next(filter(None, (read(lines, at) for at, read in found if at is not None)), None)


def _line(lines: Lines, at: int, line: str = "") -> Shown:
    """The line itself, or what is made of it, with what is around it."""
    return line or _bare(lines[at]), ((at - _BEFORE, at + _BEHIND),)


def _stopped(lines: Lines, at: int) -> Shown:
    """What stopped the step, with what it was doing then."""
    return _bare(lines[at]), ((at - _BEHIND, at + 1),)


def _service_container(lines: Lines, at: int) -> Shown:
    """A service container that never became healthy, with what it said itself."""
    end = _behind(lines, r"##\[endgroup\]", at)
    complaint = _find(lines[:end], r".*\b(?:Error:|ERROR|FATAL|PANIC)", at)
    line = _bare(lines[at])
    if complaint is not None:
        line = f"{line.rstrip('.')}: {lines[complaint].strip()}"
    return line, ((at, end),)


def _killed(lines: Lines, at: int) -> Shown:
    """SIGKILL is what is left where nothing says why a process was killed."""
    return _line(lines, at, "exit code 137: the process was killed (SIGKILL), most often for want of memory")


def _pytest(lines: Lines, at: int) -> Shown:
    """The first test that failed, or that could not be set up or collected, and pytest's own summary.

    Where the summary's line of it lacks the reason, it is said with pytest's C(E) line.
    """
    end = _find(lines, r"_{3,} .+ _{3,}|={3,} .+ ={3,}", at + 2) or len(lines)
    title = "".join(lines[at + 1 : at + 2]).strip("_ ")
    reason = _find(lines[:end], r"E {2,}\S", at)
    said = lines[reason].removeprefix("E").strip() if reason is not None else ""
    named, summary = _failures(lines)
    test = re.sub(r"^ERROR (?:at (?:setup|teardown) of|collecting) ", "", title).replace(".", "::")
    line = next((text for text in named if test in text.replace(".", "::")), "".join(named[:1]) or title)
    complete = " - " in line and not line.endswith("...")
    return line if complete or not said else f"{line.split(' - ')[0]} - {said}", ((at, end), *summary)


def _pytest_summary(lines: Lines, _at: int) -> Shown | None:
    """The first failure of pytest's summary, where it shows no more."""
    named, summary = _failures(lines)
    return (named[0], summary) if named else None


def _failures(lines: Lines) -> tuple[list[str], tuple[Span, ...]]:
    """Return the lines of pytest's summary that name a failure, and its span, if it is there."""
    start = _find(lines, _SUMMARY)
    if start is None:
        return [], ()
    end = _behind(lines, r"(?:=+ )?.*\d+ (?:failed|error)s?\b.* in [\d.]+s", start)
    return [text for text in lines[start:end] if re.match(r"(?:FAILED|ERROR) \S", text)], ((start, end),)


def _pytest_start(lines: Lines, at: int) -> Shown:
    """A pytest that could not start, broke down, or fell short of its coverage."""
    reason = _find(lines, r"E {2,}\S|INTERNALERROR> \w+(?:Error|Exception)\b", at)
    line = lines[at] if reason is None else f"{lines[at]} - {lines[reason].split(maxsplit=1)[-1]}"
    return line, ((at, _end(lines, at)),)


def _no_test(lines: Lines, at: int) -> Shown | None:
    if _find(lines, rf"{_EXIT_CODE}5\b") is None:
        return None
    return _line(lines, at, f"no test ran: {lines[at].strip('= ')}")


def _python_crash(lines: Lines, at: int) -> Shown:
    return lines[at][lines[at].index("Fatal Python error") :], ((at, _end(lines, at)),)


def _javascript_test(lines: Lines, at: int) -> Shown:
    """The first failure that Playwright, Jest or Vitest reports."""
    following = _find(lines, r"\s+2\) .+:\d+|\s*● .+| ?FAIL  ?\S+ > |Test Suites: |##\[error\]", at + 1)
    end = min(following or len(lines), at + 80)
    reason = _find(lines[:end], r"\s*(?:\w*Error|Expected|expect\()\b.*", at + 1)
    line = lines[at].strip(" ─")
    return line if reason is None else f"{line} - {lines[reason].strip()}", ((at, end),)


def _image_build(lines: Lines, at: int) -> Shown:
    """What the failing stage of an image build printed first as an error."""
    complaint = _find(lines[:at], r"#\d+ [\d.]+ (?:.*: )?(?:ERROR|Error|error|E|fatal)\b")
    if complaint is None:
        return _stopped(lines, at)
    return lines[complaint], ((complaint, at + 1),)


def _traceback(lines: Lines, _at: int) -> Shown:
    """The last Python traceback, whole, with all that it was raised from.

    The last is the one that ended the step; but one that only says that a command failed is the caller's,
    and what the command itself printed before it is the cause.
    """
    chains = _chains(lines)
    callers = re.compile(r"(?:[\w.]*CalledProcessError|SystemExit|[\w.]*UnexpectedExit)\b")
    own = [chain for chain in chains if not callers.match(_exception(lines, chain))]
    chosen = (own or chains)[-1]
    return _exception(lines, chosen), (chosen,)


def _chains(lines: Lines) -> list[Span]:
    """Return the spans of tracebacks; those that were raised from one another are one, if both are there."""
    heads = [n for n, text in enumerate(lines) if re.match(_TRACEBACK, text)]
    starts = [n for n in heads if n == heads[0] or not any(map(_RAISED_FROM.search, lines[n - 2 : n]))]
    ends = [*starts[1:], len(lines)]
    return [(start, _end(lines[:end], start)) for start, end in zip(starts, ends, strict=True)]


def _exception(lines: Lines, span: Span) -> str:
    """Return the line that names the exception: the first after the last frame that is not indented."""
    start, end = span
    frames = [n for n in range(start, end) if re.match(r'\s+(?:\| +)*File "', lines[n])]
    at = _find(lines[:end], r"(?:\s*\| )?[A-Za-z_][\w.]*(?::|$)", max([start, *frames]))
    return lines[at if at is not None else end - 1].strip("| ")


def _eslint(lines: Lines, at: int) -> Shown:
    """The fault, with the file that ESLint names above it."""
    file = next((f"{text}:" for text in reversed(lines[:at]) if re.match(r"\S.*\.\w+$", text)), "")
    return _line(lines, at, file + " ".join(lines[at].split()))


def _ruff(lines: Lines, at: int) -> Shown | None:
    """The fault, whose place Ruff names below it."""
    fault = "".join(lines[:at][-1:])
    if not re.match(r"[A-Z]+\d+ ", fault):
        return None
    return _line(lines, at, f"{lines[at].strip().removeprefix('--> ')}: {fault}")


def _package_manager(lines: Lines, at: int) -> Shown | None:
    """What npm or yarn says of itself. That a script failed is the script's to explain."""
    if _find(lines, r"npm (?:ERR!|error) (?:code ELIFECYCLE|Lifecycle script)") is not None:
        return None
    code = re.match(r"npm (?:ERR!|error) code (\S+)", lines[at])
    message = _find(lines, r"npm (?:ERR!|error) (?!code |errno |syscall |path )\S", at)
    line = lines[at if message is None else message]
    return f"{line} ({code[1]})" if code else line, ((at, min(_end(lines, at), at + 40)),)


def _tool(lines: Lines, _at: int) -> Shown | None:
    """A line that begins as tools begin their error messages, the first among the last that were printed."""
    end = _find(lines, r"##\[error\]") or len(lines)
    pattern = (
        r"(?!.*dependency resolver does not currently)"
        r"(?:[\w./-]+: )?(?:FAILED|ERROR|error|Error|fatal|FATAL|panic)\b(?: \[[\w.]+\])?:? "
    )
    at = _find(lines[:end], pattern, max(0, end - 2 * _BEHIND))
    return None if at is None else _line(lines, at)


_SUMMARY = r"={3,} short test summary info ={3,}"
_TRACEBACK = r"\s*(?:\+ Exception Group )?Traceback \(most recent"

# What the first line of a cause begins with, and the function that reads it.
_CAUSES: tuple[tuple[str, t.Callable[[Lines, int], Shown | None]], ...] = (
    (r"##\[group\]Service container \S+ failed\.", _service_container),
    (r"##\[error\]Failed to initialize container", _line),
    (
        r"FATAL ERROR: .*(?:heap out of memory|Allocation failed)|Killed$|.*: line \d+: +\d+ Killed\b|"
        r".*Out of memory: Killed process|.*Killed signal terminated program|.*java\.lang\.OutOfMemoryError",
        _line,
    ),
    (rf"{_EXIT_CODE}137\b", _killed),
    (r"##\[error\].*(?:has timed out after|exceeded the maximum execution time)", _stopped),
    (r"={3,} (?:FAILURES|ERRORS) ={3,}", _pytest),
    (_SUMMARY, _pytest_summary),
    (
        r"ImportError while loading conftest|ERROR: usage: |INTERNALERROR>|"
        r"ERROR: file or directory not found|ERROR: not found: ",
        _pytest_start,
    ),
    (r"FAIL Required test coverage|ERROR: Coverage failure", _pytest_start),
    (r"=+ (?:no tests ran|\d+ deselected)\b.* in [\d.]+s", _no_test),
    (r".*Fatal Python error: ", _python_crash),
    (r".*\b(?:Segmentation fault|Bus error|Illegal instruction)\b", _line),
    (r"\s+1\) .+\.[cm]?[jt]sx?:\d+|\s*● (?!Console\b).+| ?FAIL  ?\S+ > ", _javascript_test),
    (r".*No space left on device", _line),
    (r"ERROR: failed to (?:build|solve)", _image_build),
    (_TRACEBACK, _traceback),
    (
        r"\S+:\d+:\d+: (?:fatal )?error: |\S+\(\d+,\d+\): error TS\d+: |\S+:\d+:\d+ - error TS\d+: |"
        r"\S+\.(?:pyi?|java|kt):\d+(?::\d+)?: error: |\S+\.go:\d+:\d+: |"
        r"error(?:\[E\d+\])?: (?!subprocess-exited|externally-managed|failed to push).+",
        _line,
    ),
    (r"(?:\S*/)?ld(?:\.\w+)?: cannot find |.*: undefined reference to ", _line),
    (r"\s+\d+:\d+ +error +\S", _eslint),
    (r"\S+\.py:\d+:\d+: [A-Z]+\d+ ", _line),
    (r"\s*--> \S+\.\w+:\d+:\d+$", _ruff),
    (r"npm (?:ERR!|error) |error (?!Command failed)\S.*|➤ YN\d{4}: .*(?:error|failed)", _package_manager),
    (
        r"##\[error\](?:The runner has received a shutdown signal|The operation was canceled)|"
        r"##\[error\].*lost communication with the server",
        _stopped,
    ),
    (rf"(?!{WRAPPER.pattern})##\[error\]\s*\S", _line),
    ("", _tool),
)


def _find(lines: Lines, pattern: str, start: int = 0) -> int | None:
    """Return the index of the first line from C(start) on that begins with the pattern."""
    compiled = re.compile(pattern)
    return next((n for n in range(start, len(lines)) if compiled.match(lines[n])), None)


def _behind(lines: Lines, pattern: str, start: int) -> int:
    """Return the index behind that line, or the end of the lines where there is none."""
    found = _find(lines, pattern, start)
    return len(lines) if found is None else found + 1


def _end(lines: Lines, start: int) -> int:
    """Return where what begins at C(start) ends: at the runner's own next word, or with the lines."""
    return _find(lines, r"##\[(?:error|group|endgroup)\]", start + 1) or len(lines)


def _bare(text: str) -> str:
    return re.sub(r"^##\[\w+\]", "", text)
