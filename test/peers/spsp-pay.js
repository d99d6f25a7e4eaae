'use strict'
// One payment with @interledger/pay to an account URL: --send is a fixed source amount, --deliver a fixed delivery
// amount. The package refuses URLs with a port, so requests for port 80 go to --port.
const http = require('http')
const ILDCP = require('ilp-protocol-ildcp')
const { setupPayment, startQuote, pay, closeConnection } = require('@interledger/pay')
const { options, emit, fail, finish, btpPlugin } = require('./program')

const args = options({ btp: '', account: '', port: '', send: '', deliver: '' })

const request = http.request
http.request = (target, ...rest) => request({ ...target, port: target.port || args.port }, ...rest)

main().then(() => finish(), error => fail(error instanceof Error ? error : new Error(error)))

async function main () {
  const plugin = btpPlugin(args)
  await plugin.connect()
  const { assetCode, assetScale } = await ILDCP.fetch(plugin.sendData.bind(plugin))
  const destination = await setupPayment({ plugin, destinationAccount: args.account })
  const quote = await startQuote({
    plugin,
    destination,
    sourceAsset: { code: assetCode, scale: assetScale },
    ...(args.send && { amountToSend: args.send }),
    ...(args.deliver && { amountToDeliver: args.deliver })
  })
  const { error, amountSent, amountDelivered, streamReceipt } = await pay({ plugin, destination, quote })
  await closeConnection(plugin, destination)
  await plugin.disconnect()
  emit('done', {
    problem: error,
    sent: `${amountSent}`,
    delivered: `${amountDelivered}`,
    receipt: streamReceipt && Buffer.from(streamReceipt).toString('base64'),
    asset: destination.destinationAsset
  })
}
