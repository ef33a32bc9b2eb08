// Import this before a WebAssembly module that is loaded once and lives long. V8 compiles each function quickly at its
// first call and again, well, after a budget of executed code; with its default the second compilation takes most of
// the start and tens of megabytes (ready and idle figures: docs/reports). What is hot reaches the higher budget soon.
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--wasm-tiering-budget=50000000')
