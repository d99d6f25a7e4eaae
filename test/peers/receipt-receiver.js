'use strict'
// @interledger/stream-receiver with receipts: fulfils everything that comes with its credentials.
const crypto = require('crypto')
const ILDCP = require('ilp-protocol-ildcp')
const { StreamServer } = require('@interledger/stream-receiver')
// The release of ilp-packet that the receiver is built with has other types than the one of the other programs.
const packets = require(require.resolve('ilp-packet', { paths: [require.resolve('@interledger/stream-receiver')] }))
const { options, emit, fail, commands, btpPlugin } = require('./program')

const args = options({ btp: '', 'receipt-nonce': '', 'receipt-secret': '' })
const plugin = btpPlugin(args)
let server
let total = 0n

plugin.registerDataHandler(async data => packets.serializeIlpReply(answer(packets.deserializeIlpPrepare(data))))
plugin.connect().then(listen).catch(fail)
commands()

async function listen () {
  const { clientAddress, assetCode, assetScale } = await ILDCP.fetch(plugin.sendData.bind(plugin))
  server = new StreamServer({ serverSecret: crypto.randomBytes(32), serverAddress: clientAddress })
  const { ilpAddress, sharedSecret } = server.generateCredentials({
    asset: { code: assetCode, scale: assetScale },
    receiptSetup: {
      nonce: Buffer.from(args['receipt-nonce'], 'base64'),
      secret: Buffer.from(args['receipt-secret'], 'base64')
    }
  })
  emit('listening', { address: ilpAddress, secret: sharedSecret.toString('base64') })
}

function answer (prepare) {
  const money = server.createReply(prepare)
  if (packets.isIlpReply(money)) return money
  total += BigInt(prepare.amount)
  money.setTotalReceived(`${total}`)
  emit('money', { amount: prepare.amount, total: `${total}` })
  return money.accept()
}
