'use strict'
// What the programs that bench.sh measures share: {"milliseconds": n} on stdin runs the work for about that long and
// prints how often it was done in a second. Whoever started them runs the same work of ours in turns with it.
const { commands, emit } = require('./program')

/** Measures `work`, which does its thing some times over and returns how often. */
function meter (work) {
  commands(async ({ milliseconds }) => {
    const started = process.hrtime.bigint()
    const end = started + BigInt(milliseconds) * 1000000n
    let done = 0
    let now
    do {
      done += await work()
      now = process.hrtime.bigint()
    } while (now < end)
    emit('rate', { perSecond: done / (Number(now - started) / 1e9) })
  })
  emit('ready')
}

module.exports = { meter }
