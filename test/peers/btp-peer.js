'use strict'
// A bare BTP peer: connects to --btp, or waits on --listen for a client that knows --secret. It answers ILDCP as the
// parent of that client. Every other Prepare is answered by what its data say: "reject" in the first 6 bytes brings an
// F99 with the data, "silence" nothing at all, else the first 32 bytes are the fulfilment and the data come back.
// {"prepare": {destination, amount, data (base64), milliseconds}} on stdin sends one with the condition to match.
const crypto = require('crypto')
const ILDCP = require('ilp-protocol-ildcp')
const IlpPacket = require('ilp-packet')
const { options, emit, fail, announceListeners, commands, btpPlugin } = require('./program')

announceListeners()
require('./loopback')

const args = options({ btp: '', listen: '', secret: '', address: 'test.parent', 'asset-code': 'XRP', 'asset-scale': '9' })
const plugin = btpPlugin(args)

plugin.registerDataHandler(answer)
commands(({ prepare, disconnect }) => disconnect ? plugin.disconnect() : send(prepare))
plugin.on('disconnect', () => emit('disconnected'))
plugin.connect().then(() => emit('connected'), fail)

async function answer (bytes) {
  const prepare = IlpPacket.deserializeIlpPrepare(bytes)
  const { destination, amount, data } = prepare
  emit('prepare', { destination, amount, data: data.toString('base64'), expiresAt: prepare.expiresAt.toISOString() })
  if (destination === 'peer.config') {
    return ILDCP.serializeIldcpResponse({
      clientAddress: `${args.address}.child`, assetCode: args['asset-code'], assetScale: Number(args['asset-scale'])
    })
  }
  if (data.toString('latin1', 0, 7) === 'silence') return new Promise(() => {})
  if (data.toString('latin1', 0, 6) === 'reject') {
    return IlpPacket.serializeIlpReject({ code: 'F99', triggeredBy: args.address, message: 'as asked', data })
  }
  return IlpPacket.serializeIlpFulfill({ fulfillment: data.slice(0, 32), data })
}

async function send ({ destination, amount = '0', data, milliseconds = 10000 }) {
  const payload = Buffer.from(data || '', 'base64')
  const response = IlpPacket.deserializeIlpPacket(await plugin.sendData(IlpPacket.serializeIlpPrepare({
    destination,
    amount,
    executionCondition: crypto.createHash('sha256').update(payload.slice(0, 32)).digest(),
    expiresAt: new Date(Date.now() + milliseconds),
    data: payload
  })))
  const { fulfillment, data: answer, ...rest } = response.data
  emit('answer', {
    type: response.typeString,
    ...rest,
    fulfillment: fulfillment && fulfillment.toString('base64'),
    data: answer && answer.toString('base64')
  })
}
