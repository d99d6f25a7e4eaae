'use strict'
// ilp-connector 23 with the accounts of --accounts: a JSON object, name to account as its configuration describes them,
// each with the plugin that "listen" (a port and a secret), "server" (a BTP URL) or "children" (a port) ask for.
// {"routes": true} on stdin prints what it has learnt and tells.
const { options, emit, fail, commands } = require('./program')

const args = options({ address: '', accounts: '{}', routes: '[]', spread: '0', 'broadcast-interval': '1000' })

require('./loopback')
require('ilp-connector/dist/common/log').setOutputStream(process.stderr)
process.on('unhandledRejection', error => process.stderr.write(`${error.stack}\n`)) // a client that vanished

const RouteBroadcaster = require('ilp-connector/dist/services/route-broadcaster').default
const deps = require('reduct')()
const app = require('ilp-connector').createApp({
  env: 'test',
  ...(args.address && { ilpAddress: args.address }),
  spread: Number(args.spread),
  backend: 'one-to-one',
  store: 'ilp-store-memory',
  initialConnectTimeout: 20000,
  adminApi: false,
  routeBroadcastInterval: Number(args['broadcast-interval']),
  routes: JSON.parse(args.routes),
  accounts: Object.fromEntries(Object.entries(JSON.parse(args.accounts)).map(([id, account]) => [id, configure(account)]))
}, deps)

function configure ({ listen, secret, server, children, ...account }) {
  return {
    balance: { minimum: '-Infinity', maximum: 'Infinity', settleThreshold: '-Infinity' },
    rateLimit: { capacity: 100000, refillCount: 100000 },
    plugin: children ? 'ilp-plugin-mini-accounts' : 'ilp-plugin-btp',
    options: children
      ? { wsOpts: { host: '127.0.0.1', port: children }, allowedOrigins: [] }
      : server ? { server, reconnectInterval: 300 } : { listener: { port: listen, secret } },
    ...account
  }
}

app.listen().then(() => {
  commands(() => emit('routes', deps(RouteBroadcaster).getStatus()))
  emit('ready')
}, fail)
