// The files that an import writes: a configuration that passes `config check`, and a policy file that permits nothing.
import type { Target } from './to-targets.ts'

export type ImportedFile = { readonly path: string; readonly text: string }

export type Surroundings = { readonly publicUrl: string; readonly issuer: string }

export function importedFiles(
  targets: readonly Target[],
  surroundings: Surroundings,
): readonly ImportedFile[] {
  return [
    { path: 'sallyport.yaml', text: configText(targets, surroundings) },
    { path: 'policies/imported.cedar', text: policyText(targets) },
  ]
}

export function targetsText(targets: readonly Target[]): string {
  if (targets.length === 0) return 'targets: {}\n'
  return `targets:\n${targets.map(targetText).join('')}`
}

function configText(targets: readonly Target[], { publicUrl, issuer }: Surroundings): string {
  return `publicUrl: ${quoted(publicUrl)} # what clients connect to, without a path
stateFolder: ./state
authorization:
  mode: external
  issuers:
    - issuer: ${quoted(issuer)} # who issues your tokens
      profile: rfc9068
${issuer.startsWith('http:') ? '      allowInsecureIssuer: true # plain http: for development only\n' : ''}policies: { folder: ./policies }
${targetsText(targets)}`
}

function targetText({ id, url, allowInsecureTarget, credential }: Target): string {
  const lines = [`  ${quoted(id)}:`, '    kind: mcp', `    url: ${quoted(url)}`]
  if (allowInsecureTarget)
    lines.push('    allowInsecureTarget: true # plain http: for development only')
  if (credential !== undefined) {
    const { header, prefix, secret } = credential
    const where = 'env' in secret ? `env: ${quoted(secret.env)}` : `file: ${quoted(secret.file)}`
    lines.push(
      '    credential:',
      '      kind: secret',
      `      header: ${quoted(header)}`,
      ...(prefix === '' ? [] : [`      prefix: ${quoted(prefix)}`]),
      `      secret: { ${where} }`,
    )
  }
  return `${lines.join('\n')}\n`
}

function policyText(targets: readonly Target[]): string {
  const id = targets[0]?.id ?? 'target'
  return `// What no policy permits is denied, and nothing is permitted yet. Once the gateway has asked the servers,
// \`sallyport pins list\` names their tools. A permit looks like this:
//
// @id("${id}-first")
// permit (
//     principal is AgentCore::OAuthUser,
//     action == AgentCore::Action::"${id}___<tool>",
//     resource
// )
// when { principal.hasTag("groups") && principal.getTag("groups") like "*|<group>|*" };
//
// Prompts and resources are denied like tools until something permits them; AgentCore has no actions for them:
//
// @id("${id}-prompts")
// permit (principal is AgentCore::OAuthUser, action in AgentCore::Action::"GetPrompt", resource)
// when { principal.hasTag("groups") && principal.getTag("groups") like "*|<group>|*" };
//
// @id("${id}-resources")
// permit (
//     principal is AgentCore::OAuthUser,
//     action == AgentCore::Action::"${id}___resource:read",
//     resource
// )
// when { context.input.uri like "<scheme>://<path>/*" };
`
}

/** Plain where YAML reads it as the same text, else as JSON, which is YAML. */
function quoted(text: string): string {
  return /^[A-Za-z][A-Za-z0-9-]*$/.test(text) &&
    !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text)
}
