'use strict'
// ilp-connector 23 between two accounts that connect by BTP, each to a port of its own: test.connector.alice and
// test.connector.bob, both with the secret --secret. Its balances are in memory; it has no other place for them.
const { options, emit, fail, commands } = require('./program')

require('./loopback')
const log = require('ilp-connector/dist/common/log')
log.setOutputStream(process.stderr)

const args = options({ alice: '', bob: '', secret: '' })
const MANY = 1000000000

commands()
require('ilp-connector').createApp({
  spread: 0,
  backend: 'one-to-one',
  store: 'ilp-store-memory',
  ilpAddress: 'test.connector',
  env: 'production',
  adminApi: false,
  accounts: { alice: account(args.alice), bob: account(args.bob) }
}).listen().then(() => emit('ready'), fail)

function account (port) {
  return {
    relation: 'child',
    plugin: 'ilp-plugin-btp',
    assetCode: 'XRP',
    assetScale: 9,
    balance: { minimum: '-Infinity', maximum: 'Infinity' },
    rateLimit: { capacity: MANY, refillCount: MANY },
    options: { listener: { port: Number(port), secret: args.secret } }
  }
}
