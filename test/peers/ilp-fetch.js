'use strict'
// One paid request with the original ilp-fetch (Node 16). Prints how the server answered and what it cost.
const fs = require('fs')
const { options, emit, fail, finish } = require('./program')

const args = options({
  url: '', method: 'GET', body: '', header: [], 'max-price': '', 'pay-token': '', btp: process.env.ILP_BTP_SERVER || ''
})

if (args.btp) useProvider(args.btp)

const started = Date.now()
require('ilp-fetch')(args.url, {
  method: args.method,
  headers: Object.fromEntries(args.header.map(line => line.split(/:\s*(.*)/s).slice(0, 2))),
  ...(args.body && { body: fs.readFileSync(args.body) }),
  ...(args['max-price'] && { maxPrice: args['max-price'] }),
  ...(args['pay-token'] && { payToken: Buffer.from(args['pay-token'], 'base64') })
}).then(async response => {
  emit('response', {
    status: response.status,
    headers: Object.fromEntries(response.headers.entries()),
    body: await response.text(),
    price: response.price,
    source: response.source,
    destination: response.destination,
    milliseconds: Date.now() - started
  })
  finish()
}, fail)

// ilp-plugin replaces the secret of ILP_BTP_SERVER by a random one; only ILP_CREDENTIALS keeps a chosen account.
function useProvider (btp) {
  if (new URL(btp).password) process.env.ILP_CREDENTIALS = JSON.stringify({ server: btp })
  else process.env.ILP_BTP_SERVER = btp
}
