"""Chromium without a window, driven over its DevTools protocol: real clicks and keys, and a microphone that plays a file."""

import base64
import itertools
import json
import shutil
import subprocess
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from websockets.sync.client import connect

from waiting import until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LIMIT = 60  # a browser on a busy machine

FLAGS = [
    "--headless=new",
    # Root may not use Chromium's sandbox; the only pages it opens are those of the tests.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--window-size=1280,900",
    "--disable-background-networking",
    "--remote-debugging-port=0",
]
KEYS = {"Escape": 27, "Tab": 9, "Enter": 13, " ": 32, "ArrowLeft": 37, "ArrowRight": 39}


class Browser:
    """One browser with one page; `faults` holds what the page threw or was refused by its own policy."""

    def __init__(self, profile: Path, *flags: str) -> None:
        self._process = subprocess.Popen(
            [CHROMIUM, *FLAGS, *flags, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._open = ExitStack()
        self.faults: list[str] = []
        self._ids = itertools.count(1)
        try:
            port_file = profile / "DevToolsActivePort"
            until(lambda: port_file.exists() and len(port_file.read_text().splitlines()) == 2, "the browser starts", LIMIT)
            self._port = int(port_file.read_text().splitlines()[0])
            address = until(self._page, "the browser has a page", LIMIT)
            self._socket = self._open.enter_context(connect(address, max_size=None, proxy=None))
            for domain in ("Page", "Runtime", "Log"):
                self.send(f"{domain}.enable")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._open.close()
        self._process.terminate()
        self._process.wait()

    def _page(self) -> str | None:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/json/list", timeout=LIMIT) as answer:
            return next((target["webSocketDebuggerUrl"] for target in json.load(answer) if target["type"] == "page"), None)

    def send(self, method: str, **parameters: object) -> dict:
        """Sends a command, and returns its result."""
        id = next(self._ids)
        self._socket.send(json.dumps({"id": id, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=LIMIT))
            self._note(message)
            if message.get("id") == id:
                assert "error" not in message, (method, message["error"])
                return message["result"]

    def _note(self, message: dict) -> None:
        if message.get("method") == "Runtime.exceptionThrown":
            details = message["params"]["exceptionDetails"]
            self.faults.append(details.get("exception", {}).get("description") or details["text"])
        # Requests that are refused are listed as well; those a test expects itself.
        if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["source"] in ("security", "javascript"):
            self.faults.append(message["params"]["entry"]["text"])

    def before_load(self, script: str) -> None:
        """Runs a script in every page before its own."""
        self.send("Page.addScriptToEvaluateOnNewDocument", source=script)

    def open(self, url: str) -> None:
        """Opens an address; returns once its modules have run."""
        # The document that is left may answer for a while after the command.
        self.run("window.left = true")
        self.send("Page.navigate", url=url)
        self.until("!window.left && document.readyState === 'complete'", url)

    def reload(self) -> None:
        """Loads the page again; returns once its modules have run."""
        self.open(self.run("location.href"))

    def run(self, script: str) -> object:
        """The value of an expression in the page, which may be a promise."""
        result = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def until(self, script: str, what: str = "", limit: float = LIMIT) -> None:
        """Waits until an expression in the page is true."""
        try:
            until(lambda: self.run(f"!!({script})"), what or script, limit)
        except AssertionError:
            print(self.run("document.body?.innerText"), *self.faults, sep="\n")
            raise

    def text(self, selector: str) -> str:
        return self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def place(self, selector: str) -> tuple[float, float]:
        """The middle of an element that can be seen, once it stands still: a page that loads moves what is on it."""
        x, y = self.run(
            f"""(async () => {{
                const element = document.querySelector({json.dumps(selector)});
                for (let last = []; ;) {{
                    element.scrollIntoView({{ block: "center", behavior: "instant" }});
                    const box = element.getBoundingClientRect();
                    const place = [box.x + box.width / 2, box.y + box.height / 2];
                    if (place[0] === last[0] && place[1] === last[1]) return place;
                    last = place;
                    await new Promise((resolve) => setTimeout(resolve, 50));
                }}
            }})()"""
        )
        return x, y

    def mouse(self, type: str, place: tuple[float, float]) -> None:
        self.send("Input.dispatchMouseEvent", type=type, x=place[0], y=place[1], button="left", clickCount=1)

    def click(self, selector: str) -> None:
        place = self.place(selector)
        self.mouse("mousePressed", place)
        self.mouse("mouseReleased", place)

    def key(self, type: str, key: str, modifiers: int = 0) -> None:
        code = "Space" if key == " " else key
        text = {" ": " ", "Enter": "\r"}.get(key) if type == "keyDown" else None
        self.send(
            "Input.dispatchKeyEvent",
            type=type,
            key=key,
            code=code,
            windowsVirtualKeyCode=KEYS[key],
            modifiers=modifiers,
            **({"text": text} if text else {}),
        )

    def press(self, key: str, modifiers: int = 0) -> None:
        self.key("keyDown", key, modifiers)
        self.key("keyUp", key, modifiers)

    def type(self, text: str) -> None:
        self.send("Input.insertText", text=text)

    def choose(self, selector: str, value: str) -> None:
        """Sets a control as its user would."""
        self.run(
            f"""(() => {{
                const control = document.querySelector({json.dumps(selector)});
                control.value = {json.dumps(value)};
                control.dispatchEvent(new Event("input", {{ bubbles: true }}));
                control.dispatchEvent(new Event("change", {{ bubbles: true }}));
            }})()"""
        )

    def look(self, width: int, height: int, theme: str) -> None:
        """Sets the size of the window, and the theme that the system is said to have."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))
