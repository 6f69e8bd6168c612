"""The shell into which the blocks of a runbook are pasted, one after the other."""

import pathlib
import re
import subprocess
import tempfile

import runbook_pages
from runbook_pages import FIX

# Commands that print nothing, on purpose.
SILENT = re.compile(
    r"\w+=|export |read |kill |aws ssm (?:wait|start-associations-once|put-compliance-items|deregister-managed-instance)"
    r"|aws ec2 reboot-instances"
)


class Shell:
    """Runs the blocks of one page."""

    def __init__(self, environment, folder):
        self.environment, self.folder = environment, folder

    def run(self, page, values, known=frozenset(), by_hand="", endpoint=None):
        """What went wrong, or None."""
        chosen = [it for it in page.blocks if it.language == "sh" and it.conditions - {"fails"} <= known]
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder, prefix=page.name))
        script = folder / "script"
        script.write_text("\n".join(self.lines(chosen, values, folder, by_hand)))
        done = subprocess.run(
            ["bash", "-euo", "pipefail", str(script)],
            env=self.environment | ({"AWS_ENDPOINT_URL": endpoint} if endpoint else {}),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        for number, block in enumerate(chosen):
            if problem := outcome(block, folder / str(number), last=number == last_run(folder), code=done.returncode):
                return f"line {block.line}: {problem}"
            # Each block that asks for the account does so at its end.
            asks = "get-caller-identity --query Account" in block.text
            if asks and (folder / f"{number}.out").read_text().split()[-1:] != [values["account_id"]]:
                return f"line {block.line}: it works in another account than the alert's"
        return f"exit code {done.returncode}: {done.stderr}" if done.returncode else None

    def lines(self, chosen, values, folder, by_hand):
        is_mended = False
        for number, block in enumerate(chosen):
            if block.section == FIX and by_hand and not is_mended:
                is_mended = True
                yield by_hand
            yield f"echo {number} >{folder}/last"
            text, out = filled_in(block.text, values), f"{folder}/{number}"
            if "fails" in block.conditions:
                yield f"set +e; ( set -e\n{text}\n) >{out}.out 2>{out}.err; echo $? >{out}.code; set -e"
            else:
                yield f"{{\n{text}\n}} >{out}.out 2>{out}.err"


def last_run(folder):
    file = folder / "last"
    return int(file.read_text()) if file.exists() else -1


def outcome(block, stem, last, code):
    """What is wrong with how a block ended."""
    out, err = (stem.with_suffix(end) for end in (".out", ".err"))
    if not out.exists():
        return "it was never reached"
    said, errors = out.read_text(), err.read_text().strip()
    if "fails" in block.conditions:
        return None if "(AccessDeniedException)" in errors else f"it should have been denied: {said}{errors}"
    if last and code:
        return f"exit code {code}: {errors}"
    if any(set(line.split()) == {"None"} for line in said.splitlines()):
        return f"it finds nothing: {said}"
    if not said.strip() and not all(SILENT.match(line) for line in block.commands()):
        return "it prints nothing"
    return None


def filled_in(text, values):
    def value(found):
        return f"{found.group(1)}={values[found.group(1)]}"

    return runbook_pages.PLACEHOLDER.sub(value, text)
