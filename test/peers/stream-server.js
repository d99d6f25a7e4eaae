'use strict'
// Receives STREAM connections: takes up to --receive-max on each stream, sends --send-back once the sender is done,
// echoes data with --echo. {"secret": true} on stdin makes a fresh address and secret, {"receiptNonce",
// "receiptSecret"} (base64) one that gives receipts.
require('./loopback')
const { options, emit, fail, commands, linkOptions, linkPlugin, streamPackage } = require('./program')

const args = options({
  ...linkOptions, version: '2.7.2-alpha.3', listen: '', secret: '', 'receive-max': '0', 'send-back': '0', echo: false
})

main().catch(fail)

async function main () {
  const server = await streamPackage(args.version).createServer({ plugin: linkPlugin(args) })
  server.on('connection', serve)
  announce(server)
  commands(({ tag, receiptNonce, receiptSecret }) => announce(server, tag, receiptNonce && {
    receiptNonce: Buffer.from(receiptNonce, 'base64'), receiptSecret: Buffer.from(receiptSecret, 'base64')
  }))
}

function announce (server, tag, receipts) {
  const { destinationAccount, sharedSecret } = server.generateAddressAndSecret(
    receipts ? { connectionTag: tag, ...receipts } : tag)
  emit('listening', { address: destinationAccount, secret: sharedSecret.toString('base64'), tag })
}

function serve (connection) {
  emit('connection', { tag: connection.connectionTag })
  connection.on('error', error => emit('connection-error', { message: error.message }))
  connection.on('close', () => emit('connection-closed', {
    totalReceived: connection.totalReceived, totalSent: connection.totalSent, totalDelivered: connection.totalDelivered
  }))
  connection.on('stream', stream => serveStream(stream))
}

function serveStream (stream) {
  const data = []
  stream.setReceiveMax(args['receive-max'])
  if (args['send-back'] !== '0') stream.setSendMax(args['send-back'])
  emit('stream', { id: stream.id })
  stream.on('money', amount => emit('money', { id: stream.id, amount, totalReceived: stream.totalReceived }))
  stream.on('outgoing_money', amount => emit('sent', { id: stream.id, amount, totalSent: stream.totalSent }))
  stream.on('data', chunk => {
    data.push(chunk)
    emit('data', { id: stream.id, text: chunk.toString() })
    if (args.echo) stream.write(chunk)
  })
  stream.on('end', () => emit('stream-ended', {
    id: stream.id, totalReceived: stream.totalReceived, totalSent: stream.totalSent, data: Buffer.concat(data).toString()
  }))
  stream.on('error', error => emit('stream-error', { id: stream.id, message: error.message }))
}
