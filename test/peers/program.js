'use strict'
// What the programs of this folder share: options from the command line, one JSON object per line on stdout,
// commands as one JSON object per line on stdin, and an end when whoever started them is gone.
const readline = require('readline')

/** `--name value`, `--flag` and repeated options; `defaults` names every option that exists. */
function options (defaults) {
  const result = { ...defaults }
  const args = process.argv.slice(2)
  for (let i = 0; i < args.length; i++) {
    const name = args[i].replace(/^--/, '')
    if (!args[i].startsWith('--') || !(name in defaults)) fail(new Error(`unknown option ${args[i]}`))
    if (typeof defaults[name] === 'boolean') result[name] = true
    else if (Array.isArray(defaults[name])) result[name] = [...result[name], args[++i]]
    else result[name] = args[++i]
  }
  return result
}

function emit (event, fields = {}) {
  process.stdout.write(JSON.stringify({ event, ...fields }) + '\n')
}

function fail (error) {
  emit('error', { message: error.message })
  process.stderr.write(`${error.stack}\n`)
  process.exit(1)
}

/** Runs `handle` for each command in turn; the program ends with its standard input. */
function commands (handle = () => { throw new Error('this program takes no commands') }) {
  const lines = readline.createInterface({ input: process.stdin })
  lines.on('line', line => {
    Promise.resolve().then(() => handle(JSON.parse(line))).catch(error => emit('error', { message: error.message }))
  })
  lines.on('close', () => process.exit(0))
}

/** A BTP client's plugin, or with `listen` (a port) and `secret` one that waits for a BTP client. */
function btpPlugin ({ btp, listen, secret }) {
  const Plugin = require('ilp-plugin-btp')
  if (btp) return new Plugin({ server: btp, reconnectInterval: 500 })
  return new Plugin({ listener: { port: Number(listen), secret } })
}

function streamPackage (version) {
  const packages = { '2.7.1': 'ilp-protocol-stream', '2.7.2-alpha.3': 'ilp-protocol-stream-alpha' }
  if (!packages[version]) fail(new Error(`no ilp-protocol-stream ${version} here: ${Object.keys(packages)}`))
  return require(packages[version])
}

module.exports = { options, emit, fail, commands, btpPlugin, streamPackage }
