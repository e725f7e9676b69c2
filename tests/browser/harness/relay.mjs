// A program at NCALayer's address that lets the demo's signer do the work and puts its answers into other forms.
import WebSocket from 'ws';

import { within } from './bounds.mjs';

/** Asks the demo's signer one question; answers what it said, parsed. */
export async function askSigner(demo, question) {
  const socket = new WebSocket(demo.signer);
  const answers = [];
  const heard = new Promise((resolve, refuse) => {
    socket.on('error', refuse);
    socket.on('message', (data) => {
      answers.push(JSON.parse(data.toString()));
      if (answers.length === 1) socket.send(JSON.stringify(question)); // the greeting came
      else resolve(answers[1]);
    });
  });
  const answer = await within(10_000, heard, () => 'the signer is silent');
  socket.close();
  return answer;
}

/** Makes `program` pass every request on; `change(answer, request)` is what the page hears in place of the answer. */
export function relay(program, demo, change) {
  program.asked = async (peer) => {
    const request = JSON.parse(program.heard.at(-1));
    const said = change(await askSigner(demo, request), request);
    for (const message of [said].flat()) peer.send(typeof message === 'string' ? message : JSON.stringify(message));
  };
}

/** An old program: the newer module is not there. */
export function withoutBasics(program, demo, change = (answer) => answer) {
  program.asked = async (peer) => {
    const request = JSON.parse(program.heard.at(-1));
    const said = request.module.endsWith('.basics')
      ? { success: false, errorCode: 'MODULE_NOT_FOUND' }
      : change(await askSigner(demo, request), request);
    peer.send(JSON.stringify(said));
  };
}
