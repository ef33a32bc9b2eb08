// F-27: the client goes away during a call. Callers that break off at random moments, before the answer begins and in the
// middle of a stream: the target's request is destroyed and the outcome is recorded.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
