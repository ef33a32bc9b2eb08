// The peers that are installed, in the order of the report.
import { contextforge } from './contextforge.ts'
import { envoy } from './envoy.ts'
import { fastmcp } from './fastmcp.ts'
import { mcpProxy } from './mcp-proxy.ts'
import { naive } from './naive.ts'
import type { Peer } from './peer.ts'
import { toolhive } from './toolhive.ts'

export const PEERS: readonly Peer[] = [envoy, mcpProxy, naive, toolhive, fastmcp, contextforge]
