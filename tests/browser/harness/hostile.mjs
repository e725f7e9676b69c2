// A program at NCALayer's address that is not NCALayer.
import http from 'node:http';
import { WebSocketServer } from 'ws';

import { begin, ended, within } from './bounds.mjs';

/** Takes NCALayer's place; `behave` decides about each connection, `heard` is everything it was told. */
export class HostileProgram {
  static start() {
    return begin('a hostile program', HostileProgram.#make(), (program) => program.stop());
  }

  static async #make() {
    const program = new HostileProgram();
    program.server = http.createServer((request, answer) => answer.end());
    program.sockets = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 });
    program.wires = new Set();
    program.server.on('connection', (socket) => {
      program.wires.add(socket);
      socket.once('close', () => program.wires.delete(socket));
    });
    program.server.on('upgrade', (request, socket, head) => {
      program.heard.push(`${request.url}\n${request.rawHeaders.join('\n')}`);
      program.connections += 1;
      if (program.handshake) return program.handshake(socket);
      return program.sockets.handleUpgrade(request, socket, head, (peer) => {
        peer.on('error', () => {});
        peer.on('message', (data) => {
          program.heard.push(data.toString());
          program.wake();
          program.asked(peer);
        });
        program.greet(peer);
      });
    });
    await new Promise((resolve) => program.server.listen(0, '127.0.0.1', resolve));
    program.port = program.server.address().port;
    program.forget();
    return program;
  }

  forget() {
    Object.assign(this, { heard: [], connections: 0, handshake: undefined, wake() {} });
    this.greet = (peer) => peer.send('{"result":{"version":"1.4"}}');
    this.asked = () => {};
  }

  /** Resolves when the page has asked for a signature. */
  wasAsked() {
    return within(10_000, new Promise((resolve) => { this.wake = resolve; }), () => 'the page asks nothing');
  }

  async stop() {
    ended(this);
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    for (const socket of this.wires) socket.destroy(); // those that speak no HTTP any more
    await within(10_000, closed, () => 'the hostile program does not end');
  }
}
