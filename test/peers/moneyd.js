'use strict'
// moneyd local on a port of one's choice. What moneyd's own src/index.js passes to its connector, with other wsOpts:
// the port is fixed there. Packets above --max-packet-amount are refused with F08, so that payments are split.
const { options, emit, fail, announceListeners, commands } = require('./program')

const args = options({
  port: '0',
  'asset-code': 'XRP',
  'asset-scale': '9',
  address: 'private.moneyd',
  'max-packet-amount': '',
  'packets-a-minute': '10000'
})

announceListeners()
require('./loopback')
require('ilp-connector/dist/common/log').setOutputStream(process.stderr)
commands()
process.on('unhandledRejection', error => process.stderr.write(`${error.stack}\n`)) // a client that vanished

require('ilp-connector').createApp({
  spread: 0,
  backend: 'one-to-one',
  store: 'ilp-store-memory',
  initialConnectTimeout: 60000,
  ilpAddress: args.address,
  env: 'production',
  adminApi: false,
  accounts: {
    local: {
      relation: 'child',
      plugin: 'ilp-plugin-mini-accounts',
      assetCode: args['asset-code'],
      assetScale: Number(args['asset-scale']),
      balance: { minimum: '-Infinity', maximum: 'Infinity', settleThreshold: '-Infinity' },
      rateLimit: { capacity: Number(args['packets-a-minute']), refillCount: Number(args['packets-a-minute']) },
      ...(args['max-packet-amount'] && { maxPacketAmount: args['max-packet-amount'] }),
      options: { wsOpts: { host: '127.0.0.1', port: Number(args.port) }, allowedOrigins: [] }
    }
  }
}).listen().then(() => emit('ready', { address: args.address }), fail)
