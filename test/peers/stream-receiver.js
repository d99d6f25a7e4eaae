'use strict'
// @interledger/stream-receiver: fulfils everything that comes with its credentials, or with --decline rejects it.
// It answers F05 to what cannot be fulfilled, which @interledger/pay 0.4.0-alpha.9 takes for the end of the payment
// when it probes: these two releases do not go together, whatever is between them.
const crypto = require('crypto')
const { StreamServer } = require('@interledger/stream-receiver')
// The release of ilp-packet that the receiver is built with has other types than the one of the other programs.
const packets = require(require.resolve('ilp-packet', { paths: [require.resolve('@interledger/stream-receiver')] }))
const { options, emit, fail, commands, linkOptions, linkPlugin } = require('./program')

const args = options({ ...linkOptions, decline: '' })
const asset = { code: args['asset-code'], scale: Number(args['asset-scale']) }
const server = new StreamServer({ serverSecret: crypto.randomBytes(32), serverAddress: args['http-address'] })
const plugin = linkPlugin(args)
let total = 0n

plugin.registerDataHandler(async data => packets.serializeIlpReply(answer(packets.deserializeIlpPrepare(data))))
plugin.connect().then(() => {
  const { ilpAddress, sharedSecret } = server.generateCredentials({ asset })
  emit('listening', { address: ilpAddress, secret: sharedSecret.toString('base64') })
}, fail)
commands()

function answer (prepare) {
  const money = server.createReply(prepare)
  if (packets.isIlpReply(money)) return money
  if (args.decline) return args.decline === 'final' ? money.finalDecline() : money.temporaryDecline()
  total += BigInt(prepare.amount)
  emit('money', { amount: prepare.amount, total: `${total}` })
  return money.accept()
}
