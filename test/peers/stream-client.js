'use strict'
// Opens one STREAM connection with one stream: pays --amount, sends --data, takes back up to --receive-max, waits until
// all of --expect-data bytes and --expect-money units have come, ends, and prints the totals.
const { options, emit, fail, finish, linkOptions, linkPlugin, streamPackage } = require('./program')

const args = options({
  version: '2.7.2-alpha.3',
  ...linkOptions,
  address: '',
  secret: '',
  amount: '0',
  data: '',
  'data-bytes': '0',
  'receive-max': '0',
  'expect-data': '0',
  'expect-money': '0',
  slippage: '0.01',
  timeout: '30000'
})

main().then(() => finish(), fail)

async function main () {
  const plugin = linkPlugin(args)
  const connection = await streamPackage(args.version).createConnection({
    plugin,
    destinationAccount: args.address,
    sharedSecret: Buffer.from(args.secret, 'base64'),
    slippage: Number(args.slippage)
  })
  connection.on('error', error => emit('connection-error', { message: error.message }))
  emit('connected', {
    sourceAssetCode: connection.sourceAssetCode,
    sourceAssetScale: connection.sourceAssetScale,
    destinationAssetCode: connection.destinationAssetCode,
    destinationAssetScale: connection.destinationAssetScale
  })

  const stream = connection.createStream()
  const received = collect(stream)
  stream.on('error', error => emit('stream-error', { message: error.message }))
  stream.setReceiveMax(args['receive-max'])
  const data = args.data || 'x'.repeat(Number(args['data-bytes']))
  if (data) stream.write(data)
  const timeout = Number(args.timeout)
  if (args.amount !== '0') await stream.sendTotal(args.amount, { timeout })
  await received(Number(args['expect-data']), BigInt(args['expect-money']), timeout)
  await connection.end()
  await plugin.disconnect()
  emit('done', {
    totalSent: connection.totalSent,
    totalDelivered: connection.totalDelivered,
    totalReceived: connection.totalReceived,
    receipt: stream.receipt && stream.receipt.toString('base64'),
    data: Buffer.concat(received.chunks).toString()
  })
}

function collect (stream) {
  const chunks = []
  let money = 0n
  let check = () => {}
  stream.on('data', chunk => { chunks.push(chunk); check() })
  stream.on('money', amount => { money += BigInt(amount); emit('money', { amount }); check() })

  const received = (bytes, units, timeout) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(
      `expected ${bytes} bytes and ${units} units, got ${Buffer.concat(chunks).length} and ${money}`)), timeout)
    check = () => {
      if (Buffer.concat(chunks).length < bytes || money < units) return
      clearTimeout(timer)
      resolve()
    }
    check()
  })
  received.chunks = chunks
  return received
}
