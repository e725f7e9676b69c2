// The software signer as any other program sees it: NCALayer's protocol over a plain WebSocket, and a signature that
// OpenSSL verifies.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';

import { after, before, test, within } from '../harness/bounds.mjs';
import { Demo } from '../harness/demo.mjs';
import { EXPIRED_KEY, PARENT } from '../harness/people.mjs';

let demo;
let folder;
before(async () => {
  demo = await Demo.start();
  folder = mkdtempSync(join(tmpdir(), 'kiru-cms-'));
});
after(async () => {
  if (folder) rmSync(folder, { recursive: true });
  await demo?.stop();
});

/** Opens a socket and answers its greeting and a function that asks one question at a time. */
async function connect() {
  const socket = new WebSocket(demo.signer);
  const heard = [];
  let wake = () => {};
  socket.on('message', (data) => {
    heard.push(JSON.parse(data.toString()));
    wake();
  });
  const next = async () => {
    while (heard.length === 0) await within(5000, new Promise((resolve) => { wake = resolve; }), () => 'the signer is silent');
    return heard.shift();
  };
  const greeting = await next();
  return {
    greeting,
    ask: (text) => {
      socket.send(typeof text === 'string' ? text : JSON.stringify(text));
      return next();
    },
    close: () => socket.close(),
  };
}

const sign = (data) => ({
  module: 'kz.gov.pki.knca.basics',
  method: 'sign',
  args: {
    allowedStorages: ['PKCS12'],
    format: 'cms',
    data: Buffer.from(data).toString('base64'),
    signingParams: { decode: true, encapsulate: true, digested: false },
    signerParams: { extKeyUsageOids: [], chain: [] },
    locale: 'ru',
  },
});

test('the signer greets first and signs what it is given', async () => {
  await demo.signs(PARENT);
  const signer = await connect();
  assert.match(signer.greeting.result.version, /^\d+\.\d+/);
  const text = 'a challenge, äöü';
  const answer = await signer.ask(sign(text));
  assert.equal(answer.status, true, JSON.stringify(answer));
  const pem = [answer.body.result].flat()[0];
  signer.close();

  const cms = join(folder, 'signature.pem');
  writeFileSync(cms, pem.replace(/-----(BEGIN|END) CMS-----/g, '-----$1 CMS-----'));
  // The chain is judged by the provider's own tests; here the signature over the content is.
  const out = join(folder, 'content');
  execFileSync('openssl', ['cms', '-verify', '-noverify', '-inform', 'PEM', '-in', cms, '-out', out, '-binary'], { stdio: 'pipe', timeout: 30_000 });
  assert.equal(readFileSync(out, 'utf8'), text);
});

test('OpenSSL refuses the same signature over other bytes', async () => {
  await demo.signs(PARENT);
  const signer = await connect();
  const answer = await signer.ask(sign('the right words'));
  signer.close();
  const der = Buffer.from([answer.body.result].flat()[0].replace(/-----[A-Z ]+-----/g, ''), 'base64');
  const at = der.indexOf('right');
  der.write('wrong', at);
  const cms = join(folder, 'changed.der');
  writeFileSync(cms, der);
  assert.throws(() => execFileSync('openssl', ['cms', '-verify', '-noverify', '-inform', 'DER', '-in', cms, '-binary'], { stdio: 'pipe', timeout: 30_000 }));
});

test('an unknown module and broken JSON get the answers of NCALayer', async () => {
  const signer = await connect();
  const unknown = await signer.ask({ module: 'kz.digiflow.mobile.extensions', method: 'getVersion' });
  assert.equal(unknown.success, false);
  assert.equal(unknown.errorCode, 'MODULE_NOT_FOUND');
  const broken = await signer.ask('{');
  assert.equal(broken.success, false);
  assert.equal(broken.code, 'COMMON_JSON_WRAPPING_EXCEPTION');
  signer.close();
});

test('the signer signs with an expired key too, so that the provider has to judge', async () => {
  await demo.signs(EXPIRED_KEY);
  const signer = await connect();
  assert.equal((await signer.ask(sign('late'))).status, true);
  signer.close();
});
