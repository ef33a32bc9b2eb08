// Import this before a WebAssembly module that is loaded once and lives long. V8 compiles each function quickly at its
// first call and again, well, after a budget of executed code; with its default the second compilation takes most of
// the start and tens of megabytes. What is hot reaches the higher budget soon. Functions are validated when they are
// compiled, not all at once.
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--wasm-tiering-budget=50000000')
