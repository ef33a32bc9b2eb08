"""The client of the MCP SDK for Python from a bare URL: signs in by the SDK's own OAuth code, makes the calls, prints
what it showed of each. The SDK leaves opening the browser and waiting for it to its user: that is `Browser`."""

import asyncio
import json
import sys
import webbrowser
from urllib.parse import parse_qs, urlsplit

from mcp.client.auth import OAuthClientProvider
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata


class Memory:
    """Keeps what the SDK wants kept."""

    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


class Browser:
    """Opens the browser and listens for where it is sent."""

    async def listen(self):
        self.answer = asyncio.get_running_loop().create_future()
        self.server = await asyncio.start_server(self.take, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/callback"

    async def take(self, reader, writer):
        target = (await reader.readline()).decode().split(" ")[1]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        self.answer.set_result(
            AuthorizationCodeResult(code=query["code"], state=query.get("state"), iss=query.get("iss"))
        )

    async def open(self, url):
        webbrowser.open(url)

    async def wait(self):
        return await self.answer


async def visit(url, calls, mode):
    browser = Browser()
    metadata = OAuthClientMetadata(client_name="a client in Python", redirect_uris=[await browser.listen()])
    auth = OAuthClientProvider(url, metadata, Memory(), browser.open, browser.wait)
    shown = []
    async with create_mcp_http_client(auth=auth) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            for call in calls:
                shown.append(await show(client, call))
    return shown


async def show(client, call):
    try:
        result = await client.call_tool(call["tool"], call["args"])
    except Exception as error:  # whatever kind it is, its words are what the user sees
        return {"refused": f"{type(error).__name__}: {error}"}
    if result.is_error:
        return {"refused": "\n".join(content.text for content in result.content)}
    return {"value": result.structured_content}


print(json.dumps(asyncio.run(visit(sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]))))
