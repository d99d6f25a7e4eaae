'use strict'
// @interledger/stream-receiver: parses Prepares that each bring money to a stream, accepts them, and serializes the
// answers. There are as many connections and packets as ours is given.
const crypto = require('crypto')
const IlpPacket = require('ilp-packet')
const { StreamServer } = require('@interledger/stream-receiver')
const { options, fail } = require('./program')
const { meter } = require('./bench')

const stream = require.resolve('ilp-protocol-stream/dist/src/packet', {
  paths: [require.resolve('@interledger/stream-receiver')]
})
const { Packet, StreamMoneyFrame } = require(stream)

const args = options({ connections: '8', packets: '4000' })
const server = new StreamServer({ serverSecret: crypto.randomBytes(32), serverAddress: 'test.receiver' })
let next = 0

buildAll().then(packets => meter(() => {
  for (let i = 0; i < 200; i++) receive(packets[next++ % packets.length])
  return 200
}), fail)

function receive (bytes) {
  const money = server.createReply(IlpPacket.deserializeIlpPrepare(bytes))
  if (!money.accept) throw new Error(`rejected: ${money.code}`)
  return IlpPacket.serializeIlpReply(money.accept())
}

async function buildAll () {
  const senders = Array.from({ length: Number(args.connections) }, () => {
    const { ilpAddress, sharedSecret } = server.generateCredentials()
    return {
      destination: ilpAddress,
      encryptionKey: hmac(sharedSecret, 'ilp_stream_encryption'),
      fulfillmentKey: hmac(sharedSecret, 'ilp_stream_fulfillment')
    }
  })
  const built = []
  for (let i = 0; i < Number(args.packets); i++) {
    built.push(await build(senders[i % senders.length], 1 + Math.floor(i / senders.length)))
  }
  return built
}

async function build ({ destination, encryptionKey, fulfillmentKey }, sequence) {
  const request = new Packet(sequence, IlpPacket.Type.TYPE_ILP_PREPARE, 90, [new StreamMoneyFrame(1, 100)])
  const data = await request.serializeAndEncrypt(encryptionKey)
  return IlpPacket.serializeIlpPrepare({
    amount: '100',
    executionCondition: crypto.createHash('sha256').update(hmac(fulfillmentKey, data)).digest(),
    expiresAt: new Date(Date.now() + 3600000),
    destination,
    data
  })
}

function hmac (key, message) {
  return crypto.createHmac('sha256', key).update(message).digest()
}
