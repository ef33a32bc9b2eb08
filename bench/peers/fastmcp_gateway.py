"""FastMCP as a gateway: tokens by the issuer's keys, a rule on the tool's name, one client that is kept."""

import os

import uvloop
from fastmcp import Client
from fastmcp.exceptions import ToolError
from fastmcp.server import create_proxy
from fastmcp.server.auth.providers.jwt import JWTVerifier
from fastmcp.server.middleware import Middleware

UPSTREAM = os.environ["BENCH_UPSTREAM"]
ALLOWED = {"lookup"}


class Rule(Middleware):
    async def on_call_tool(self, context, call_next):
        if context.message.name not in ALLOWED:
            raise ToolError("forbidden")
        return await call_next(context)

    async def on_list_tools(self, context, call_next):
        return [tool for tool in await call_next(context) if tool.name in ALLOWED]


async def main() -> None:
    verifier = JWTVerifier(
        jwks_uri=f"{UPSTREAM}/jwks",
        issuer=UPSTREAM,
        audience=os.environ["BENCH_AUDIENCE"],
        algorithm="RS256",
    )
    # A client that is not connected yet would open a session for every call.
    async with Client(f"{UPSTREAM}/mcp") as client:
        proxy = create_proxy(client, name="bench", auth=verifier, middleware=[Rule()])
        await proxy.run_http_async(
            host="127.0.0.1",
            port=int(os.environ["BENCH_PORT"]),
            path="/mcp",
            show_banner=False,
            log_level="error",
            json_response=True,
            stateless_http=True,
            uvicorn_config={"access_log": False, "loop": "uvloop"},
        )


uvloop.run(main())
