"""FastMCP's client from a bare URL: signs in by its own OAuth code, makes the calls, prints what it showed of each."""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.client.auth import OAuth


async def visit(url, calls):
    shown = []
    async with Client(url, auth=OAuth(callback_host="127.0.0.1")) as client:
        for call in calls:
            try:
                result = await client.call_tool(call["tool"], call["args"])
                shown.append({"value": result.structured_content})
            except Exception as error:  # whatever kind it is, its words are what the user sees
                shown.append({"refused": f"{type(error).__name__}: {error}"})
    return shown


print(json.dumps(asyncio.run(visit(sys.argv[1], json.loads(sys.argv[2])))))
