# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the tools of a CI job say why they failed: one small finder for each, in the order of their weight.

A finder takes the lines of the failed step, without timestamps and colours, and returns the cause that it
knows, or None.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

Lines = t.Sequence[str]
Span = tuple[int, int]

# What the runner or a caller says of a failure that another has explained before.
WRAPPER = re.compile(
    r"##\[error\](Process completed with exit code|The process '.*' failed with exit code|"
    r"Bash exited with code|Docker (?:\w+ )?failed with exit code|One or more containers failed to start|"
    r"The operation was canceled|A task was canceled|Cancell?ed)"
)
_EXIT_CODE = re.compile(r"##\[error\]Process completed with exit code (\d+)")
_NEARBY = 25


@dataclass(frozen=True)
class Finding:
    """A cause: its kind, the line that says most, and the spans of lines, half open, that tell it in full."""

    kind: str
    line: str
    spans: tuple[Span, ...]


def service_container(lines: Lines) -> Finding | None:
    """A service container that never became healthy, with what it said itself."""
    start = _find(lines, r"##\[group\]Service container \S+ failed\.")
    if start is None:
        start = _find(lines, r"##\[error\]Failed to initialize container")
        return (
            None
            if start is None
            else Finding("service container", _bare(lines[start]), (_around(lines, start),))
        )
    end = _find(lines, r"##\[endgroup\]", start) or len(lines) - 1
    complaint = _find(lines[: end + 1], r"\s*.*\b(?:Error:|ERROR|FATAL|PANIC)", start)
    line = _bare(lines[start])
    if complaint is not None:
        line = f"{line.rstrip('.')}: {lines[complaint].strip()}"
    return Finding("service container", line, ((start, end + 1),))


def out_of_memory(lines: Lines) -> Finding | None:
    """A process killed for want of memory. SIGKILL (137) is what is left where nothing says so."""
    at = _find(
        lines,
        r"FATAL ERROR: .*(?:heap out of memory|Allocation failed)|Killed$|.*: line \d+: +\d+ Killed\b|"
        r".*Out of memory: Killed process|.*Killed signal terminated program|.*java\.lang\.OutOfMemoryError",
    )
    if at is not None:
        return Finding("out of memory", lines[at], (_around(lines, at),))
    if exit_code(lines) == 137:
        at = _find(lines, r"##\[error\]") or 0
        line = "exit code 137: the process was killed (SIGKILL), most often for want of memory"
        return Finding("out of memory", line, (_around(lines, at),))
    return None


def disk_full(lines: Lines) -> Finding | None:
    """A full disk."""
    at = _find(lines, r".*No space left on device")
    return None if at is None else Finding("disk full", lines[at], (_around(lines, at),))


def time_limit(lines: Lines) -> Finding | None:
    """A step or a job that was stopped at its own time limit, with what it was doing then."""
    at = _find(lines, r"##\[error\].*(?:has timed out after|exceeded the maximum execution time)")
    return None if at is None else Finding("time limit", _bare(lines[at]), ((max(0, at - _NEARBY), at + 1),))


def pytest_failure(lines: Lines) -> Finding | None:
    """The first test that failed, or that could not be set up or collected, and pytest's own summary."""
    report = _find(lines, r"={3,} (?:FAILURES|ERRORS) ={3,}")
    summary = _find(lines, r"={3,} short test summary info ={3,}")
    spans: list[Span] = []
    if report is not None:
        end = _find(lines, r"_{3,} .+ _{3,}|={3,} .+ ={3,}", report + 2)
        spans.append((report, end or len(lines)))
    if summary is not None:
        spans.append(
            (
                summary,
                1
                + (
                    _find(lines, r"(?:=+ )?.*\d+ (?:failed|error)s?\b.* in [\d.]+s", summary)
                    or len(lines) - 1
                ),
            )
        )
    if not spans:
        return None
    return Finding("pytest", _pytest_line(lines, spans), tuple(spans))


def _pytest_line(lines: Lines, spans: t.Sequence[Span]) -> str:
    """Return the summary's line of the first failure; where it lacks the reason, with pytest's C(E) line."""
    first_start, first_end = spans[0]
    title = lines[first_start + 1].strip("_ ") if first_start + 1 < first_end else ""
    reason = _find(lines[:first_end], r"E {2,}\S", first_start)
    said = lines[reason][1:].strip() if reason is not None else ""
    start, end = spans[-1]
    named = [text for text in lines[start:end] if re.match(r"(?:FAILED|ERROR) \S", text)]
    if not named:
        return f"{title} - {said}" if said else title
    test = re.sub(r"^ERROR (?:at (?:setup|teardown) of|collecting) ", "", title).replace(".", "::")
    line = next((text for text in named if test and test in text.replace(".", "::")), named[0])
    complete = " - " in line and not line.endswith("...")
    return line if complete or not said else f"{line.split(' - ')[0]} - {said}"


def pytest_start(lines: Lines) -> Finding | None:
    """A pytest that could not start, ran no test, broke down, or fell short of its coverage."""
    patterns = (
        r"ImportError while loading conftest|ERROR: usage: |INTERNALERROR>|"
        r"ERROR: file or directory not found|ERROR: not found: ",
        r"FAIL Required test coverage|ERROR: Coverage failure",
    )
    for pattern in patterns:
        at = _find(lines, pattern)
        if at is not None:
            reason = _find(lines, r"E {2,}\S|INTERNALERROR> \w+(?:Error|Exception)\b", at)
            line = lines[at] if reason is None else f"{lines[at]} - {lines[reason].split(maxsplit=1)[-1]}"
            return Finding("pytest", line, ((at, _end(lines, at)),))
    at = _find(lines, r"=+ (?:no tests ran|\d+ deselected)\b.* in [\d.]+s")
    if at is not None and exit_code(lines) == 5:
        return Finding("pytest", f"no test ran: {lines[at].strip('= ')}", (_around(lines, at),))
    return None


def crash(lines: Lines) -> Finding | None:
    """An interpreter or a program that crashed."""
    at = _find(lines, r".*Fatal Python error: ")
    if at is not None:
        line = lines[at][lines[at].index("Fatal Python error") :]
        return Finding("crash", line, ((at, _end(lines, at)),))
    at = _find(lines, r".*\b(?:Segmentation fault|Bus error|Illegal instruction)\b")
    return None if at is None else Finding("crash", lines[at], (_around(lines, at),))


def javascript_test(lines: Lines) -> Finding | None:
    """The first failure that Playwright, Jest or Vitest reports."""
    at = _find(lines, r"\s+1\) .+\.[cm]?[jt]sx?:\d+|\s*● (?!Console\b).+| ?FAIL  ?\S+ > ")
    if at is None:
        return None
    following = _find(lines, r"\s+2\) .+:\d+|\s*● .+| ?FAIL  ?\S+ > |Test Suites: |##\[error\]", at + 1)
    end = min(following or len(lines), at + 80)
    reason = _find(lines[:end], r"\s*(?:\w*Error|Expected|expect\()\b.*", at + 1)
    line = lines[at].strip(" ─")
    return Finding("test", line if reason is None else f"{line} - {lines[reason].strip()}", ((at, end),))


def docker_build(lines: Lines) -> Finding | None:
    """What the failing stage of an image build printed first as an error."""
    at = _find(lines, r"ERROR: failed to (?:build|solve)")
    if at is None:
        return None
    complaint = _find(lines[:at], r"#\d+ [\d.]+ (?:.*: )?(?:ERROR|Error|error|E|fatal)\b")
    start = complaint if complaint is not None else max(0, at - _NEARBY)
    return Finding("image build", lines[complaint if complaint is not None else at], ((start, at + 1),))


def linker(lines: Lines) -> Finding | None:
    """What a linker does not find."""
    at = _find(lines, r"(?:\S*/)?ld(?:\.\w+)?: cannot find |.*: undefined reference to ")
    return None if at is None else Finding("compiler", lines[at], (_around(lines, at),))


def linter(lines: Lines) -> Finding | None:
    """The first fault that ESLint, Ruff or Flake8 found, with its file."""
    at = _find(lines, r"\s+\d+:\d+ +error +\S")
    if at is not None:
        files = [n for n in range(at) if re.match(r"\S.*\.\w+$", lines[n])]
        file = f"{lines[files[-1]]}:" if files else ""
        return Finding("linter", file + " ".join(lines[at].split()), (_around(lines, at),))
    at = _find(lines, r"\S+\.py:\d+:\d+: [A-Z]+\d+ ")
    if at is not None:
        return Finding("linter", lines[at], (_around(lines, at),))
    at = _find(lines, r"\s*--> \S+\.\w+:\d+:\d+$")
    if at is None or at == 0 or not re.match(r"[A-Z]+\d+ ", lines[at - 1]):
        return None
    where = lines[at].strip().removeprefix("--> ")
    return Finding("linter", f"{where}: {lines[at - 1]}", (_around(lines, at),))


def compiler(lines: Lines) -> Finding | None:
    """The first error of a compiler or a type checker."""
    at = _find(
        lines,
        r"\S+:\d+:\d+: (?:fatal )?error: |\S+\(\d+,\d+\): error TS\d+: |\S+:\d+:\d+ - error TS\d+: |"
        r"\S+\.(?:pyi?|java|kt):\d+(?::\d+)?: error: |error(?:\[E\d+\])?: .+|\S+\.go:\d+:\d+: ",
    )
    if at is None or re.match(r"error: (?:subprocess-exited|externally-managed|failed to push)", lines[at]):
        return None
    return Finding("compiler", lines[at], (_around(lines, at),))


def traceback(lines: Lines) -> Finding | None:
    """The last Python traceback, whole, with all that it was raised from.

    The last is the one that ended the step; but one that only says that a command failed is the caller's,
    and what the command itself printed before it is the cause.
    """
    chains = _chains(lines)
    if not chains:
        return None
    own = [chain for chain in chains if not _is_callers(_exception(lines, chain))]
    chosen = (own or chains)[-1]
    return Finding("traceback", _exception(lines, chosen), (chosen,))


def _chains(lines: Lines) -> list[Span]:
    """Return the spans of tracebacks; those that were raised from one another are one."""
    heads = [
        n
        for n, text in enumerate(lines)
        if re.match(r"\s*(?:\+ Exception Group )?Traceback \(most recent", text)
    ]
    starts = [n for n in heads if not _continues(lines, n)]
    ends = [*starts[1:], len(lines)]
    return [(start, _end(lines[:end], start)) for start, end in zip(starts, ends, strict=False)]


def _continues(lines: Lines, at: int) -> bool:
    before = " ".join(lines[max(0, at - 2) : at])
    return "direct cause of the following" in before or "another exception occurred" in before


def _exception(lines: Lines, span: Span) -> str:
    """Return the line that names the exception: the first after the last frame that is not indented."""
    start, end = span
    frames = [n for n in range(start, end) if re.match(r'\s+(?:\| +)*File "', lines[n])]
    last = frames[-1] if frames else start
    at = _find(lines[:end], r"\s*(?:\| )?[A-Za-z_][\w.]*(?::|$)", last + 2)
    while at is not None and lines[at].startswith(" ") and not lines[at].lstrip().startswith("|"):
        at = _find(lines[:end], r"[A-Za-z_][\w.]*(?::|$)", at + 1)
    return lines[at if at is not None else end - 1].strip("| ")


def _is_callers(exception: str) -> bool:
    return re.match(r"(?:[\w.]*CalledProcessError|SystemExit|[\w.]*UnexpectedExit)\b", exception) is not None


def package_manager(lines: Lines) -> Finding | None:
    """What npm or yarn says of itself. That a script failed is the script's to explain."""
    at = _find(lines, r"npm (?:ERR!|error) |error (?!Command failed)\S.*|➤ YN\d{4}: .*(?:error|failed)")
    if at is None or any(
        re.match(r"npm (?:ERR!|error) (?:code ELIFECYCLE|Lifecycle script)", text) for text in lines
    ):
        return None
    code = re.match(r"npm (?:ERR!|error) code (\S+)", lines[at])
    message = _find(lines, r"npm (?:ERR!|error) (?!code |errno |syscall |path )\S", at)
    line = lines[at if message is None else message]
    return Finding(
        "package manager", f"{line} ({code[1]})" if code else line, ((at, min(_end(lines, at), at + 40)),)
    )


def annotation(lines: Lines) -> Finding | None:
    """What an action or the runner itself says in an C(##[error]) line, unless it only repeats a failure."""
    for number, text in enumerate(lines):
        if text.startswith("##[error]") and not WRAPPER.match(text) and _bare(text).strip():
            return Finding("action", _bare(text), (_around(lines, number),))
    return None


def tool_error(lines: Lines) -> Finding | None:
    """A line that begins as tools begin their error messages, the first among the last that were printed."""
    end = _find(lines, r"##\[error\]") or len(lines)
    pattern = r"(?:[\w./-]+: )?(?:FAILED|ERROR|error|Error|fatal|FATAL|panic)\b(?: \[[\w.]+\])?:? "
    near = max(0, end - 2 * _NEARBY)
    found = [
        number
        for number in range(near, end)
        if re.match(pattern, lines[number]) and "dependency resolver does not currently" not in lines[number]
    ]
    return Finding("tool", lines[found[0]], (_around(lines, found[0]),)) if found else None


def cancelled(lines: Lines) -> Finding | None:
    """A job that was cancelled, or whose runner went away."""
    at = _find(
        lines,
        r"##\[error\](?:The runner has received a shutdown signal|The operation was canceled)|"
        r"##\[error\].*lost communication with the server",
    )
    return None if at is None else Finding("cancelled", _bare(lines[at]), ((max(0, at - _NEARBY), at + 1),))


FINDERS: tuple[t.Callable[[Lines], Finding | None], ...] = (
    service_container,
    out_of_memory,
    time_limit,
    pytest_failure,
    pytest_start,
    crash,
    javascript_test,
    disk_full,
    docker_build,
    traceback,
    compiler,
    linker,
    linter,
    package_manager,
    cancelled,
    annotation,
    tool_error,
)


def exit_code(lines: Lines) -> int | None:
    """Return the exit code that the runner names, None where it names none."""
    found = (_EXIT_CODE.match(text) for text in lines)
    return next((int(match[1]) for match in found if match), None)


def _find(lines: Lines, pattern: str, start: int = 0) -> int | None:
    """Return the index of the first line from C(start) on that begins with the pattern."""
    compiled = re.compile(pattern)
    return next((n for n in range(start, len(lines)) if compiled.match(lines[n])), None)


def _end(lines: Lines, start: int) -> int:
    """Return where what begins at C(start) ends: at the runner's own next word, or with the lines."""
    at = _find(lines, r"##\[(?:error|group|endgroup)\]", start + 1)
    return len(lines) if at is None else at


def _around(lines: Lines, at: int) -> Span:
    return max(0, at - _NEARBY // 2), min(len(lines), at + _NEARBY)


def _bare(text: str) -> str:
    return re.sub(r"^##\[\w+\]", "", text)
