'use strict'
// Checks one receipt (--receipt, --secret, both in base64) with each release of ilp-protocol-stream.
const { options, emit, fail, finish, streamPackage } = require('./program')

const args = options({ version: '2.7.2-alpha.3', receipt: '', secret: '' })

try {
  const { verifyReceipt } = streamPackage(args.version)
  const receipt = verifyReceipt(Buffer.from(args.receipt, 'base64'), Buffer.from(args.secret, 'base64'))
  emit('receipt', {
    nonce: receipt.nonce.toString('base64'),
    streamId: `${receipt.streamId}`,
    totalReceived: receipt.totalReceived.toString()
  })
  finish()
} catch (error) {
  fail(error)
}
