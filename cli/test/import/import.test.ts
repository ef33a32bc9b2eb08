import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { sallyport } from '../world/test-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-import-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CANARY = 'ghp_canary0123456789'
let files = 0

type Report = {
  readonly format: string
  readonly targets: readonly Record<string, unknown>[]
  readonly left: readonly { readonly what: string; readonly why: string }[]
  readonly todo: readonly string[]
  readonly written: readonly string[]
}

function saved(content: unknown): string {
  files += 1
  const file = join(folder, `source-${files}`)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

async function imported(content: unknown, ...more: readonly string[]): Promise<Report> {
  const { code, out, note } = await sallyport(['import', saved(content), '--json', ...more])
  expect({ code, note }).toEqual({ code: 0, note: '' })
  expect(out).not.toContain(CANARY)
  return JSON.parse(out) as Report
}

const secretFile = (id: string) => ({ file: `./secrets/${id}` })
const lines = ({ left }: Report) => left.map(({ what, why }) => `${what}: ${why}`)

const VS_CODE = `{
  // servers of the team
  "inputs": [{ "type": "promptString", "id": "key", "password": true }],
  "servers": {
    "github": {
      "type": "http",
      "url": "https://api.github.example/mcp", /* the hosted one */
      "headers": { "Authorization": "Bearer \${input:key}", "X-Toolsets": "repos" },
    },
    "docs": { "type": "http", "url": "https://docs.example/mcp" },
    "local": { "command": "npx", "args": ["-y", "@acme/server", "--token=${CANARY}"], "env": { "T": "${CANARY}" } },
    "old": { "type": "sse", "url": "https://old.example/sse" },
  },
}
`

describe('ux §5: what people already have becomes targets', () => {
  test('VS Code, with its comments and commas', async () => {
    const report = await imported(VS_CODE)
    expect(report.format).toBe('VS Code')
    expect(report.targets).toEqual([
      {
        id: 'github',
        url: 'https://api.github.example/mcp',
        allowInsecureTarget: false,
        credential: { header: 'authorization', prefix: 'Bearer ', secret: secretFile('github') },
      },
      { id: 'docs', url: 'https://docs.example/mcp', allowInsecureTarget: false },
      { id: 'old', url: 'https://old.example/sse', allowInsecureTarget: false },
    ])
    expect(lines(report)).toEqual([
      expect.stringMatching(/^the file: one question to the user/),
      expect.stringMatching(/^`github`.*`x-toolsets`/),
      expect.stringMatching(/^`local` \(servers\.local\): it is a program on stdio \(`npx`\)/),
    ])
    expect(report.todo).toContainEqual(expect.stringContaining('`./secrets/github`'))
  })

  test('Claude and Cursor: variables are kept as variables, literals are left behind', async () => {
    const report = await imported({
      mcpServers: {
        'my server': {
          url: 'https://a.example/mcp',
          headers: { 'X-Api-Key': '${env:ACME_KEY}' },
          alwaysAllow: ['x'],
        },
        my_server: { type: 'http', url: 'https://b.example/mcp', headers: { 'x-api-key': CANARY } },
        off: { url: 'https://c.example/mcp', disabled: true },
        dev: { url: 'http://localhost:3000/mcp' },
        query: { url: `https://d.example/mcp?api_key=${CANARY}` },
        user: { url: `https://me:${CANARY}@e.example/mcp` },
        plain: { url: 'http://f.example/mcp' },
        later: { url: 'https://${env:HOST}/mcp' },
      },
    })
    expect(report.targets).toMatchObject([
      { id: 'my-server', credential: { header: 'x-api-key', secret: { env: 'ACME_KEY' } } },
      { id: 'my-server-b', credential: { secret: secretFile('my-server-b') } },
      { id: 'dev', allowInsecureTarget: true },
    ])
    expect(report.left.map(({ what }) => what.split('`')[1])).toEqual([
      'my server',
      'off',
      'query',
      'user',
      'plain',
      'later',
    ])
    expect(report.todo.join('\n')).toContain('into the variable `ACME_KEY`')
  })

  test('Claude Code keeps servers below projects', async () => {
    const projects = {
      '/home/me/x': { mcpServers: { one: { type: 'http', url: 'https://x.example/mcp' } } },
    }
    expect((await imported({ projects })).targets).toMatchObject([{ id: 'one' }])
  })

  test('ToolHive: a virtual server with its backends', async () => {
    const report = await imported(`name: team
group: engineering
incoming_auth: { type: anonymous }
outgoing_auth:
  source: inline
  backends:
    github:
      type: header_injection
      header_injection: { header_name: Authorization, header_value: "Bearer \${GITHUB_TOKEN}" }
    jira: { type: token_exchange }
backends:
  - { name: github, url: "https://github.example/mcp", transport: streamable-http }
  - { name: jira, url: "https://jira.example/mcp", transport: streamable-http }
  - { name: slack, url: "http://127.0.0.1:9000/sse", transport: sse }
aggregation: { conflict_resolution: prefix }
`)
    expect(report.format).toBe('ToolHive')
    expect(report.targets).toMatchObject([
      { id: 'github', credential: { prefix: 'Bearer ', secret: { env: 'GITHUB_TOKEN' } } },
      { id: 'jira' },
      { id: 'slack', url: 'http://127.0.0.1:9000/sse' },
    ])
    expect(lines(report).join('\n')).toMatch(/incomingAuth[\s\S]*aggregation[\s\S]*tokenexchange/)
  })

  test('ToolHive: resources of a cluster', async () => {
    const report = await imported(`apiVersion: toolhive.stacklok.dev/v1beta1
kind: MCPGroup
metadata: { name: team }
---
apiVersion: toolhive.stacklok.dev/v1beta1
kind: MCPServer
metadata: { name: fetch }
spec: { image: ghcr.io/x/fetch, transport: streamable-http }
---
apiVersion: toolhive.stacklok.dev/v1beta1
kind: MCPRemoteProxy
metadata: { name: notion }
spec: { remoteUrl: "https://mcp.notion.example/mcp", transport: streamable-http }
`)
    expect(report.targets).toMatchObject([{ id: 'notion' }])
    expect(lines(report)).toEqual([expect.stringMatching(/^`fetch`.*container of the cluster/)])
  })

  test('AgentCore: definitions of targets', async () => {
    const provider = (credentialProviderType: string, more: object = {}) => ({
      credentialProviderType,
      credentialProvider: more,
    })
    const report = await imported({
      targets: [
        {
          name: 'Orders',
          targetConfiguration: { mcp: { mcpServer: { endpoint: 'https://orders.example/mcp' } } },
          credentialProviderConfigurations: [
            provider('API_KEY', {
              apiKeyCredentialProvider: {
                providerArn: 'arn:aws:x',
                credentialParameterName: 'X-Api-Key',
                credentialLocation: 'HEADER',
              },
            }),
          ],
        },
        {
          name: 'Refunds',
          targetConfiguration: { mcp: { lambda: { lambdaArn: 'arn:aws:lambda:x' } } },
          credentialProviderConfigurations: [provider('GATEWAY_IAM_ROLE')],
        },
        {
          name: 'Crm',
          targetConfiguration: { mcp: { mcpServer: { endpoint: 'https://crm.example/mcp' } } },
          credentialProviderConfigurations: [provider('OAUTH', { oauthCredentialProvider: {} })],
        },
      ],
    })
    expect(report.targets).toMatchObject([
      { id: 'Orders', credential: { header: 'x-api-key', secret: secretFile('Orders') } },
      { id: 'Crm' },
    ])
    expect(lines(report)).toEqual([
      expect.stringMatching(/permits for prompts and resources/),
      expect.stringMatching(/^`Refunds`.*Lambda/),
      expect.stringMatching(/^`Crm`.*OAuth/),
    ])
  })

  test('AgentCore: a template of CloudFormation', async () => {
    const report = await imported({
      Resources: {
        Orders: {
          Type: 'AWS::BedrockAgentCore::GatewayTarget',
          Properties: {
            Name: 'orders',
            TargetConfiguration: { Mcp: { McpServer: { Endpoint: 'https://orders.example/mcp' } } },
          },
        },
        Other: { Type: 'AWS::S3::Bucket' },
      },
    })
    expect(report.targets).toMatchObject([{ id: 'orders', url: 'https://orders.example/mcp' }])
  })
})

describe('ux §5: what is written', () => {
  test('passes `config check`, permits nothing and holds no secret', async () => {
    const out = join(folder, 'gate')
    const { written } = await imported(VS_CODE, '--out', out)
    expect(written).toEqual([join(out, 'sallyport.yaml'), join(out, 'policies/imported.cedar')])
    for (const file of written) expect(readFileSync(file, 'utf8')).not.toContain(CANARY)
    const policy = readFileSync(written[1] ?? '', 'utf8')
    expect(policy.split('\n').filter((line) => line !== '' && !line.startsWith('//'))).toEqual([])
    const checked = await sallyport(['config', 'check', '--config', written[0] ?? ''])
    expect(checked).toMatchObject({ code: 0, note: '' })
  })

  test('and `config check` names the policies that ask for a role which nobody has', async () => {
    const { written } = await imported(VS_CODE, '--out', join(folder, 'gate-roles'))
    const [config = '', policy = ''] = written
    writeFileSync(policy, '// a line\n@approval("boss")\npermit(principal, action, resource);\n')
    const checked = await sallyport(['config', 'check', '--config', config])
    expect(checked.code).toBe(0)
    expect(checked.note).toBe(
      `warning: ${policy}:2:1 nobody can approve: the role \`boss\` is not in \`operators.roles\` of the configuration\n`,
    )
    const { out } = await sallyport(['config', 'check', '--json', '--config', config])
    expect(JSON.parse(out)).toMatchObject({ ok: true, warnings: [{ file: policy, line: 2 }] })
  })

  test.each([
    { mcpServers: {} },
    {
      mcpServers: {
        yes: { url: 'https://a.example/mcp' },
        '123': { url: 'https://b.example/a:b/mcp' },
      },
    },
    { mcpServers: { '"\n# x: {': { url: 'https://a.example/mcp', headers: { 'x-key': '"}' } } } },
    { mcpServers: { a: { url: 'http://127.0.0.1:1/mcp' } } },
  ])('passes `config check` whatever the names are: %j', async (content) => {
    const out = join(folder, `gate-${files}`)
    const { written } = await imported(content, '--out', out)
    const checked = await sallyport(['config', 'check', '--config', written[0] ?? ''])
    expect({ code: checked.code, out: checked.out }).toMatchObject({ code: 0 })
  })

  test('never replaces a file', async () => {
    const out = join(folder, 'mine')
    const source = saved({ mcpServers: { a: { url: 'https://a.example/mcp' } } })
    expect((await sallyport(['import', source, '--out', out])).code).toBe(0)
    rmSync(join(out, 'sallyport.yaml'))
    writeFileSync(join(out, 'policies/imported.cedar'), 'mine')
    const { code, note } = await sallyport(['import', source, '--out', out])
    expect({ code, note }).toMatchObject({
      code: 64,
      note: expect.stringContaining('is there already'),
    })
    expect(existsSync(join(out, 'sallyport.yaml'))).toBe(false)
    expect(readFileSync(join(out, 'policies/imported.cedar'), 'utf8')).toBe('mine')
  })

  test('without --out the targets go to standard output and the words to standard error', async () => {
    const { code, out, note } = await sallyport(['import', saved(VS_CODE)])
    expect(code).toBe(0)
    expect(out).toMatch(/^targets:\n {2}github:\n {4}kind: mcp\n/)
    expect(note).toContain('not carried over')
    expect(note).toContain('nothing is permitted yet')
    expect(out + note).not.toContain(CANARY)
  })

  test.each(['{', '[1, 2]', '{"a": 1}', 'just text', 'a: &x [*x]', ''])(
    'what is of no kind that is known ends with 66: %j',
    async (content) => {
      const { code, out } = await sallyport(['import', saved(content)])
      expect({ code, out }).toEqual({ code: 66, out: '' })
    },
  )
})
