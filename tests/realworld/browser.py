"""A real Chromium without a window, driven by its own protocol over two pipes.

The protocol is at https://chromedevtools.github.io/devtools-protocol/; over pipes each message is JSON that ends in a
zero byte.
"""

import base64
import contextlib
import json
import os
import select
import subprocess
import tempfile
import time

PATIENCE = 30
# What a sandboxed browser must do without: a display, a GPU, QUIC, and its maker's services.
COMMAND = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
COMMAND += ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe"]


class Tab:
    """One tab."""

    def __init__(self, write, read):
        self.write, self.read, self.rest, self.count = write, read, b"", 0
        self.complaints, self.loads, self.session = [], 0, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log"]:
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        """The result of a command."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while (answer := self.message()).get("id") != self.count:
            self.note(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def message(self):
        end = time.monotonic() + PATIENCE
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.read], [], [], max(0, end - time.monotonic()))
            assert ready, "Chromium does not answer"
            self.rest += os.read(self.read, 1 << 20)
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def note(self, event):
        if event.get("method") == "Page.loadEventFired":
            self.loads += 1
        elif event.get("method") == "Log.entryAdded":
            self.complaints.append(event["params"]["entry"]["text"])

    def loaded(self, before):
        while self.loads == before:
            self.note(self.message())

    def open(self, url):
        """Opens a page; how many seconds that took."""
        start, before = time.monotonic(), self.loads
        self.call("Page.navigate", url=url)
        self.loaded(before)
        return time.monotonic() - start

    def look(self, width, height=800, dark=False):
        """A window of so many pixels, light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def ask(self, expression):
        """The value of an expression of JavaScript, which the page itself may not run."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def press(self, key, code):
        for kind in ["keyDown", "keyUp"]:
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def screenshot(self):
        """The window as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot")["data"])


@contextlib.contextmanager
def tab():
    """A tab of a browser of its own, which has no past."""
    (their_read, write), (read, their_write) = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # The browser reads from file 3 and writes to file 4.
        shell = ["bash", "-c", f'exec "$@" 3<&{their_read} 4>&{their_write}', "chromium"]
        flags = [f"--user-data-dir={profile}"]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(shell + COMMAND + flags, pass_fds=(their_read, their_write), **quiet)
        os.close(their_read)
        os.close(their_write)
        try:
            yield Tab(write, read)
        finally:
            os.close(write)
            os.close(read)
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None:
                process.kill()
                process.wait()
