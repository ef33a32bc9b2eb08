// Prompts, resources and a template of the conformance suite, with completion of arguments.
import {
  completable,
  McpServer,
  ResourceTemplate,
  type GetPromptResult,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { image, PNG, resource, text } from './contents.ts'
import type { InTurn } from './tools.ts'

type Message = GetPromptResult['messages'][number]['content']

export function registerPrompts(server: McpServer): InTurn {
  const described = (description: string) => ({ description })
  const arg = completable(z.string().describe('a test argument'), (begun) =>
    ['paris', 'park', 'party'].filter((word) => word.startsWith(begun)),
  )
  server.registerPrompt('test_simple_prompt', described('One text'), () =>
    asked(text('This is a simple prompt for testing.')),
  )
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'Two arguments', argsSchema: z.object({ arg1: arg, arg2: arg }) },
    ({ arg1, arg2 }) => asked(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'A resource inside', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) =>
      asked(
        resource(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
        text('Please process the embedded resource above.'),
      ),
  )
  server.registerPrompt('test_prompt_with_image', described('An image'), () =>
    asked(image, text('Please analyze the image above.')),
  )
  return server.registerPrompt('test_prompt_in_turn', described('Here for now'), () =>
    asked(text('here for now')),
  )
}

export function registerResources(server: McpServer): void {
  for (const name of ['static-text', 'watched-resource']) {
    const uri = `test://${name}`
    const about = { description: name, mimeType: 'text/plain' }
    server.registerResource(name, uri, about, () => ({
      contents: [
        { uri, mimeType: 'text/plain', text: `This is the content of the ${TEXTS[name]}.` },
      ],
    }))
  }
  const binary = 'test://static-binary'
  server.registerResource(
    'static-binary',
    binary,
    { description: 'One red pixel', mimeType: 'image/png' },
    () => ({ contents: [{ uri: binary, mimeType: 'image/png', blob: PNG }] }),
  )
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'Data by id', mimeType: 'application/json' },
    ({ href }, { id }) => {
      const value = { id, templateTest: true, data: `Data for ID: ${String(id)}` }
      return {
        contents: [{ uri: href, mimeType: 'application/json', text: JSON.stringify(value) }],
      }
    },
  )
}

const TEXTS: Readonly<Record<string, string>> = {
  'static-text': 'static text resource',
  'watched-resource': 'watched resource',
}

function asked(...contents: readonly Message[]): GetPromptResult {
  return { messages: contents.map((content) => ({ role: 'user', content })) }
}
