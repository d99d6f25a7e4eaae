'use strict'
// One payment with @interledger/pay: --send is a fixed source amount, --deliver a fixed delivery amount.
const { setupPayment, startQuote, pay, closeConnection } = require('@interledger/pay')
const { options, emit, fail, finish, linkOptions, linkPlugin } = require('./program')

const args = options({ ...linkOptions, address: '', secret: '', send: '', deliver: '', slippage: '0.01' })

main().then(() => finish(), error => fail(error instanceof Error ? error : new Error(error)))

async function main () {
  const plugin = linkPlugin(args)
  await plugin.connect()
  const destination = await setupPayment({
    plugin, destinationAddress: args.address, sharedSecret: Buffer.from(args.secret, 'base64')
  })
  const quote = await startQuote({
    plugin,
    destination,
    sourceAsset: { code: args['asset-code'], scale: Number(args['asset-scale']) },
    slippage: Number(args.slippage),
    ...(args.send && { amountToSend: args.send }),
    ...(args.deliver && { amountToDeliver: args.deliver })
  })
  emit('quote', {
    type: quote.paymentType,
    maxSourceAmount: `${quote.maxSourceAmount}`,
    minDeliveryAmount: `${quote.minDeliveryAmount}`,
    destinationAsset: destination.destinationAsset
  })
  const { error, amountSent, amountDelivered } = await pay({ plugin, destination, quote })
  await closeConnection(plugin, destination)
  await plugin.disconnect()
  emit('done', { problem: error, amountSent: `${amountSent}`, amountDelivered: `${amountDelivered}` })
}
