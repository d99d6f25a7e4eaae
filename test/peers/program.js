'use strict'
// What the programs of this folder share: options from the command line, one JSON object per line on stdout,
// commands as one JSON object per line on stdin, and an end when whoever started them is gone.
const net = require('net')
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
  process.stderr.write(`${error.stack}\n`)
  emit('error', { message: error.message })
  finish(1)
}

/** Ends the program once all that it printed is out. */
function finish (code = 0) {
  process.stdout.write('', () => process.exit(code))
}

/** Reports the port of every listener that this process opens from now on. */
function announceListeners () {
  const listen = net.Server.prototype.listen
  net.Server.prototype.listen = function (...args) {
    this.once('listening', () => emit('listening', { port: this.address().port }))
    return listen.apply(this, args)
  }
}

/** Runs `handle` for each command in turn; the program ends with its standard input. */
function commands (handle = () => { throw new Error('this program takes no commands') }) {
  const lines = readline.createInterface({ input: process.stdin })
  lines.on('line', line => {
    Promise.resolve().then(() => handle(JSON.parse(line))).catch(error => emit('error', { message: error.message }))
  })
  lines.on('close', () => finish())
}

/** A BTP client's plugin, or with `listen` (a port) and `secret` one that waits for a BTP client. */
function btpPlugin ({ btp, listen, secret }) {
  const Plugin = require('ilp-plugin-btp')
  if (btp) return new Plugin({ server: btp, reconnectInterval: 500 })
  return new Plugin({ listener: { port: Number(listen), secret } })
}

/** What every program that has a link takes on its command line: a BTP URL, or an account by ILP over HTTP. */
const linkOptions = {
  btp: '', 'http-url': '', 'http-token': '', 'http-port': '', 'http-accept': '', 'http-address': '',
  'asset-code': 'XRP', 'asset-scale': '9'
}

/** The plugin that these options describe. */
function linkPlugin (args) {
  if (!args['http-url'] && !args['http-port']) return btpPlugin(args)
  return new (require('./http-plugin'))({
    url: args['http-url'],
    token: args['http-token'],
    port: args['http-port'],
    accept: args['http-accept'],
    address: args['http-address'],
    asset: { code: args['asset-code'], scale: Number(args['asset-scale']) },
    listening: port => emit('http-listening', { port })
  })
}

function streamPackage (version) {
  const packages = { '2.7.1': 'ilp-protocol-stream', '2.7.2-alpha.3': 'ilp-protocol-stream-alpha' }
  if (!packages[version]) fail(new Error(`no ilp-protocol-stream ${version} here: ${Object.keys(packages)}`))
  return require(packages[version])
}

module.exports = {
  options, emit, fail, finish, announceListeners, commands, btpPlugin, linkOptions, linkPlugin, streamPackage
}
