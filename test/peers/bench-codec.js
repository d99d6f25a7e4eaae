'use strict'
// ilp-packet: serializes a Prepare and parses it, with the data of --data (base64).
const IlpPacket = require('ilp-packet')
const { options } = require('./program')
const { meter } = require('./bench')

const args = options({ destination: '', data: '' })
const prepare = {
  amount: '123456789',
  executionCondition: Buffer.alloc(32, 7),
  expiresAt: new Date('2030-01-02T03:04:05.678Z'),
  destination: args.destination,
  data: Buffer.from(args.data, 'base64')
}
let used = 0

meter(() => {
  for (let i = 0; i < 1000; i++) {
    used += IlpPacket.deserializeIlpPrepare(IlpPacket.serializeIlpPrepare(prepare)).data.length
  }
  return 1000
})
