// Attacks H-01 to H-10 behind nginx, as docs/front-ends/ configures it.
import { describeBehind } from './fronts.ts'

describeBehind('nginx', [
  'http://127.0.0.1/mcp/records',
  'https://evil.example/mcp/records',
  'a header line without colon',
  'a chunk extension that ends with LF',
  'a chunk size that ends with LF',
  'a chunk size with a space',
  'chunk data that ends with LF',
  'absolute form',
  'a version that is none',
  'a header of the connection',
])
