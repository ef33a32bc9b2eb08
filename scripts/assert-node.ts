// Stops with a message where the Node that runs is too old to strip types and to carry `node:sqlite`.
// `npm run` finds the pinned binary in node_modules/.bin first; other platforms need a Node of their own.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `sallyport needs node >= 24.15, and this is ${process.version}\n` +
      'fix: run `npm ci` (it installs the pinned binary for linux x64 and arm64) and start by `npm run …`;\n' +
      'on other platforms install Node 24 and put it first in PATH\n',
  )
  process.exit(78)
}
