'use strict'
// ilp-fetch (Node 16): one paid request after another, all through one plugin that stays connected. It leaves its STREAM
// connection open and the plugin with a handler, which the next request would stumble over; and after a minute of silence
// that connection ends, takes away the handler of whichever request is under way and disconnects the plugin.
const ilpFetch = require('ilp-fetch')
const { options, fail, btpPlugin } = require('./program')
const { meter } = require('./bench')

const args = options({ url: '', method: 'GET', btp: '', 'max-price': '' })
const plugin = btpPlugin(args)
const forgetHandler = plugin.deregisterDataHandler.bind(plugin)
plugin.deregisterDataHandler = () => {}
plugin.disconnect = async () => {}

plugin.connect().then(() => meter(async () => {
  const response = await ilpFetch(args.url, { method: args.method, maxPrice: args['max-price'], plugin })
  forgetHandler()
  const body = await response.text()
  if (response.status !== 200 || response.price === '0') throw new Error(`${response.status} ${body}`)
  return 1
}), fail)
