'use strict'
// Required first (or preloaded with --require): every TCP listener of the process binds 127.0.0.1, whatever it asked
// for. ilp-plugin-btp and moneyd offer no setting that does this for all their listeners.
const net = require('net')

const original = net.Server.prototype.listen

net.Server.prototype.listen = function listen (...args) {
  const callback = typeof args[args.length - 1] === 'function' ? [args[args.length - 1]] : []
  const first = args[0]
  if (first !== null && typeof first === 'object' && 'port' in first) {
    return original.call(this, { ...first, host: '127.0.0.1' }, ...callback)
  }
  if (typeof first === 'number' || /^\d+$/.test(first)) {
    return original.call(this, { port: Number(first), host: '127.0.0.1' }, ...callback)
  }
  return original.apply(this, args)
}
