// The versions of the peers: here and nowhere else.

export const VERSIONS = {
  envoy: '1.40.0',
  mcpProxy: '0.6.0',
  toolhive: '0.44.0',
  fastmcp: '4.1.2',
  uvloop: '0.22.1',
  contextforge: '1.1.0',
  sdkServer: '2.4.0',
  sdkClient: '2.4.0',
  sdkExpress: '2.0.2',
  sdkNode: '2.1.2',
  express: '5.1.0',
  jose: '6.2.17',
} as const
