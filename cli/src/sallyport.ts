#!/usr/bin/env node
// The `sallyport` command. Everything is in run.ts; this file alone knows the process.
import { run } from './run.ts'
import { processTerminal } from './terminal/process-terminal.ts'

process.exitCode = await run(process.argv.slice(2), processTerminal())
