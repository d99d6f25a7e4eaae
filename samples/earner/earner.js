'use strict'
// A pod that is paid, and pays. Nothing in it is made for Codius: `ilp-plugin` looks for a connector at port 7768 of
// localhost, and in a pod there is one.
//
//   GET /                            where to pay this pod (SPSP)
//   GET /earned                      what it has been paid
//   GET /pay?to=ADDRESS&secret=BASE64&amount=N   pays somebody; answers how much has left
const http = require('http')
const createPlugin = require('ilp-plugin')
const { createServer, createConnection } = require('ilp-protocol-stream')

main().catch(error => {
  console.error(error)
  process.exit(1)
})

async function main () {
  const receiver = await createServer({ plugin: createPlugin() })
  let earned = 0n
  receiver.on('connection', connection => connection.on('stream', stream => {
    stream.setReceiveMax('9000000000000000000')
    stream.on('money', amount => { earned += BigInt(amount) })
  }))

  http.createServer((request, response) => {
    const url = new URL(request.url, 'http://pod')
    answer(url).then(
      ([type, body]) => response.writeHead(200, { 'Content-Type': type }).end(body),
      error => response.writeHead(500).end(String(error)))
  }).listen(Number(process.env.PORT || 8080))
  console.log('this pod is paid at', receiver.generateAddressAndSecret().destinationAccount)

  async function answer (url) {
    if (url.pathname === '/earned') return ['text/plain', String(earned)]
    if (url.pathname === '/pay') return ['text/plain', await pay(url.searchParams)]
    const { destinationAccount, sharedSecret } = receiver.generateAddressAndSecret()
    return ['application/spsp4+json', JSON.stringify({
      destination_account: destinationAccount, shared_secret: sharedSecret.toString('base64')
    })]
  }
}

// A plugin can have one user. Several share the account of the pod, and each has an address of its own.
async function pay (query) {
  const plugin = createPlugin()
  try {
    const connection = await createConnection({
      plugin, destinationAccount: query.get('to'), sharedSecret: Buffer.from(query.get('secret'), 'base64')
    })
    const stream = connection.createStream()
    await stream.sendTotal(query.get('amount'), { timeout: 20000 })
    await connection.end()
    return stream.totalSent
  } finally {
    await plugin.disconnect()
  }
}
