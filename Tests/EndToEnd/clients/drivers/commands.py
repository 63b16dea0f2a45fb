"""What every Python driver shares: commands come as JSON lines, and what happens goes out as JSON lines.

A command is `{"number": 1, "do": "connect", …}`: the method `connect` of session 1 gets the other fields. A line that goes
out is `{"number": 1, …}`. Sessions are made as they are named, and run beside each other.
"""

import asyncio
import json
import sys
from collections.abc import Callable

LIMIT = 1 << 26


async def serve(make: Callable) -> None:
    """Serves until the end of standard input; `make` gets a function that reports a line for its session."""
    reader = asyncio.StreamReader(limit=LIMIT)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    sessions = {}
    while line := await reader.readline():
        command = json.loads(line)
        number, method = command.pop("number"), command.pop("do")
        if number not in sessions:
            sessions[number] = make(_reporter(number))
        await _obey(sessions[number], method, command)


async def _obey(session: object, method: str, fields: dict) -> None:
    try:
        await getattr(session, method)(**fields)
    except Exception as error:
        session.report(**failure(error))


def _reporter(number: int) -> Callable:
    def report(**line: object) -> None:
        print(json.dumps({"number": number, **line}), flush=True)

    return report


def failure(error: BaseException) -> dict:
    """How an exception is reported: its class, and what the libraries tell about an HTTP answer."""
    response = getattr(error, "response", None)
    return {
        "failed": type(error).__name__,
        "message": str(error),
        "status": getattr(error, "status_code", None) or getattr(response, "status_code", None),
        "code": getattr(error, "code", None),
    }
