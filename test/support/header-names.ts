// Header names and lines of attacks H-01 to H-04 and H-09, which are sent to the gateway itself and through front ends.

/** In which proxies name the person or the sender. */
export const IDENTITY_HEADERS = [
  'X-Forwarded-User',
  'X-Forwarded-Email',
  'X-Forwarded-Preferred-Username',
  'X-Forwarded-Groups',
  'X-Forwarded-Access-Token',
  'X-Sallyport-User',
  'X-Sallyport-Request-Id',
  'X-Sallyport-Groups',
  'Forwarded',
  'Remote-User',
  'Remote-Groups',
  'X-Remote-User',
  'X-Amzn-Oidc-Identity',
  'X-Amzn-Oidc-Data',
  'X-Amzn-Oidc-Accesstoken',
  'X-Auth-Request-User',
  'X-MS-CLIENT-PRINCIPAL',
  'Cf-Access-Authenticated-User-Email',
  'Tailscale-User-Login',
]

/** Which some server folds into those: underscores, dots, case, signs. */
export const SPELLINGS_OF_IDENTITY = [
  'X_Sallyport_User',
  'x.sallyport.user',
  'x-sallyport_user',
  'X-SALLYPORT-USER',
  'x_forwarded_user',
  'X.Forwarded.User',
  'REMOTE_USER',
  'Remote.User',
  'HTTP_X_FORWARDED_USER',
  'x-sallyport-user!',
  "x'sallyport'user",
]

/** What a client declares hop-by-hop, so that a proxy drops it. */
export const LISTED_AS_HOP_BY_HOP = [
  'X-Sallyport-User',
  'X-Sallyport-User, Mcp-Name, Mcp-Method, MCP-Protocol-Version',
  'content-type, accept, host, content-length',
  'authorization',
]

/** In which proxies name where a request came from and what it asked for. */
export const FORWARDING_LINES = [
  'X-Forwarded-For: 203.0.113.7',
  'X-Real-IP: 203.0.113.7',
  'True-Client-IP: 203.0.113.7',
  'CF-Connecting-IP: 203.0.113.7',
  'Forwarded: for=203.0.113.7;host=evil.example;proto=https',
  'X-Forwarded-Host: evil.example',
  'X-Forwarded-Server: evil.example',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Scheme: https',
  'X-Forwarded-Port: 443',
  'X-Forwarded-Prefix: /evil',
  'X-Forwarded-Uri: /.well-known/oauth-protected-resource',
  'X-Forwarded-Path: /evil',
  'X-Original-URL: /.well-known/oauth-protected-resource',
  'X-Rewrite-URL: /.well-known/oauth-protected-resource',
  'X-Original-Method: GET',
]

export const MEMBERS_OF_EVERY_OBJECT = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  '__PROTO__',
]
