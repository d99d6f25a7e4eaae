'use strict'
// ILP over HTTP (RFC 0035) as Rafiki speaks it, in the form of a plugin: a packet is a POST with a bearer token in
// either direction. Address and asset are agreed on beforehand, so the plugin itself answers those who ask by ILDCP.
const http = require('http')
const ILDCP = require('ilp-protocol-ildcp')
const IlpPacket = require('ilp-packet')

const MEDIA_TYPE = 'application/octet-stream'

class HttpPlugin {
  /** Posts to `url` with `token`; with `port`, takes what is posted there with the token `accept`. */
  constructor ({ url, token, port, accept, address, asset, listening = () => {} }) {
    Object.assign(this, { url, token, port, accept, address, asset, listening })
    this.agent = new http.Agent({ keepAlive: true })
    this.handle = async () => { throw new Error('nobody answers here yet') }
  }

  async connect () {
    if (!this.port || this.server) return
    this.server = http.createServer((request, response) => this.answer(request, response))
    await new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen({ port: Number(this.port), host: '127.0.0.1' }, resolve)
    })
    this.listening(this.server.address().port)
  }

  async disconnect () {
    this.agent.destroy()
    if (this.server) await new Promise(resolve => this.server.close(resolve))
  }

  isConnected () { return true }

  on () { return this }

  once () { return this }

  removeListener () { return this }

  registerDataHandler (handle) { this.handle = handle }

  deregisterDataHandler () { this.handle = undefined }

  async sendData (packet) {
    if (IlpPacket.deserializeIlpPrepare(packet).destination === 'peer.config') {
      return ILDCP.serializeIldcpResponse({
        clientAddress: this.address, assetCode: this.asset.code, assetScale: this.asset.scale
      })
    }
    const response = await new Promise((resolve, reject) => http.request(this.url, {
      method: 'POST',
      agent: this.agent,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': MEDIA_TYPE, 'content-length': packet.length }
    }, resolve).on('error', reject).end(packet))
    const body = await read(response)
    if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${body}`)
    if (response.headers['content-type'] !== MEDIA_TYPE) throw new Error(`not ${MEDIA_TYPE}: ${body}`)
    return body
  }

  // Rafiki answers 401 and 415 in the same cases.
  async answer (request, response) {
    const body = await read(request)
    if (request.headers.authorization !== `Bearer ${this.accept}`) return response.writeHead(401).end()
    if (request.headers['content-type'] !== MEDIA_TYPE) return response.writeHead(415).end()
    try {
      const reply = await this.handle(body)
      response.writeHead(200, { 'content-type': MEDIA_TYPE }).end(reply)
    } catch (error) {
      process.stderr.write(`${error.stack}\n`)
      response.writeHead(500).end()
    }
  }
}

async function read (stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

module.exports = HttpPlugin
