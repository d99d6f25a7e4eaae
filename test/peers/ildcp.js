'use strict'
// Asks the provider at --btp for its own address and asset.
const ILDCP = require('ilp-protocol-ildcp')
const { options, emit, fail, finish, btpPlugin } = require('./program')

const plugin = btpPlugin(options({ btp: '' }))
plugin.connect()
  .then(() => ILDCP.fetch(plugin.sendData.bind(plugin)))
  .then(({ clientAddress, assetCode, assetScale }) => {
    emit('ildcp', { address: clientAddress, assetCode, assetScale })
    finish()
  })
  .catch(fail)
