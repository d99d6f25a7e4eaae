'use strict'
// ilp-protocol-stream: a sender and a receiver in this process, joined by a pair of plugins that call each other. One
// payment after another of --packets packets each, of which the connection is made before the clock runs.
const ILDCP = require('ilp-protocol-ildcp')
const { options, emit, fail, commands, streamPackage } = require('./program')

const args = options({ version: '2.7.1', packets: '500' })
const PACKET_AMOUNT = 1000
const { createServer, createConnection } = streamPackage(args.version)

class Plugin {
  constructor (address) {
    this.address = address
  }

  async connect () {}

  async disconnect () {}

  isConnected () {
    return true
  }

  registerDataHandler (handler) {
    this.handler = handler
  }

  deregisterDataHandler () {}

  async sendData (bytes) {
    if (bytes.includes('peer.config')) {
      return ILDCP.serializeIldcpResponse({ clientAddress: this.address, assetCode: 'XRP', assetScale: 9 })
    }
    return this.other.handler(bytes)
  }
}

main().catch(fail)

async function main () {
  const client = new Plugin('test.client')
  const service = new Plugin('test.server')
  client.other = service
  service.other = client
  const server = await createServer({ plugin: service })
  server.on('connection', connection => connection.on('stream', stream => stream.setReceiveMax('1000000000000')))
  commands(async ({ milliseconds }) => {
    let packets = 0
    let nanoseconds = 0n
    while (nanoseconds < BigInt(milliseconds) * 1000000n) {
      nanoseconds += await pay(server, client)
      packets += Number(args.packets)
    }
    emit('rate', { perSecond: packets / (Number(nanoseconds) / 1e9) })
  })
  emit('ready')
}

async function pay (server, plugin) {
  const { destinationAccount, sharedSecret } = server.generateAddressAndSecret()
  const connection = await createConnection({
    plugin, destinationAccount, sharedSecret, maximumPacketAmount: `${PACKET_AMOUNT}`
  })
  const stream = connection.createStream()
  const started = process.hrtime.bigint()
  await stream.sendTotal(PACKET_AMOUNT * Number(args.packets), { timeout: 60000 })
  const elapsed = process.hrtime.bigint() - started
  await connection.destroy()
  return elapsed
}
