// The program at NCALayer's address is anybody (CE-19): a WebSocket server that lies in every way it can. Whatever it
// says, the page shows one of its own states, runs and inserts nothing, and tells it nothing but what is to be signed.
import assert from 'node:assert/strict';
import http from 'node:http';

import { after, afterEach, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo, pause } from '../harness/demo.mjs';
import { HostileProgram } from '../harness/hostile.mjs';
import { startSignIn } from '../harness/journey.mjs';

let browser;
let demo;
let program;
before(async () => {
  [demo, program] = await Promise.all([Demo.start(), HostileProgram.start()]);
  const { host } = new URL(demo.signer);
  // The page keeps its address, and its policy; the connection ends at the hostile program.
  browser = await launch([`--host-resolver-rules=MAP ${host} 127.0.0.1:${program.port}`]);
});
after(async () => {
  await browser?.close();
  await program?.stop();
  await demo?.stop();
});
afterEach(() => program.forget());

const HTML = '<img src=x onerror="globalThis.ran=1"><script>globalThis.ran=1</script>"><svg onload=globalThis.ran=1>javascript:globalThis.ran=1';

/** S2 before the person presses the button; `posted` collects what the page sends to the provider from now on. */
async function signingPage({ clock = false } = {}) {
  const window = await open(browser, demo);
  await startSignIn(window, demo);
  const { page } = window;
  if (clock) await page.clock.install();
  await page.locator('form[action$="/eds"] button').click();
  await page.waitForURL(/\/eds$/);
  window.posted = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') window.posted.push(request.url());
  });
  window.markup = await markupOf(page);
  return window;
}

/** The page without the one place where words of the program may stand, and without what its states change. */
const markupOf = (page) => page.evaluate(() => {
  const copy = document.documentElement.cloneNode(true);
  copy.querySelector('[data-detail]').textContent = '';
  copy.querySelector('#continue').textContent = '';
  for (const part of copy.querySelectorAll('[data-show], #continue, #stop, #eds-choice')) part.removeAttribute('hidden');
  copy.querySelector('#eds-choice').removeAttribute('open');
  for (const item of copy.querySelectorAll('[data-step]')) item.removeAttribute('class');
  return copy.outerHTML;
});

const shows = (page, state) => page.locator(`[data-show=${state}]:not([hidden])`).waitFor();

/** The page rests in this state, as the server rendered it; nothing ran, was inserted, posted, or given away. */
async function assertUnharmed(window, state) {
  const { page } = window;
  await shows(page, state);
  assert.equal(await page.locator('#eds [data-show]:not([hidden])').count(), 1, 'one state is shown');
  assert.equal(await markupOf(page), window.markup, 'only text of the program, in its place');
  assert.equal(await page.evaluate(() => globalThis.ran), undefined, 'nothing of it ran');
  assert.ok((await page.locator('[data-detail]').textContent()).length <= 200, 'its words are cut');
  assert.deepEqual(window.posted, [], 'nothing was posted');
  if (state !== 'working') assert.ok(await page.locator('#continue').isVisible(), 'the person can try again');
  await assertNoSecretTold(window);
  await close(window);
}

/** One request, of the members that NCALayer knows; no cookie, form token, or address of the flow. */
async function assertNoSecretTold({ page, context }) {
  const said = program.heard.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text));
  assert.ok(said.length <= program.connections, `asked once for each connection: ${program.heard}`);
  const challenge = await page.locator('#eds').getAttribute('data-challenge');
  for (const { module, method, args, ...rest } of said) {
    assert.deepEqual([module, method, rest], ['kz.gov.pki.knca.basics', 'sign', {}]);
    assert.deepEqual(Object.keys(args).sort(), ['allowedStorages', 'data', 'format', 'locale', 'signerParams', 'signingParams']);
    assert.equal(args.data, challenge);
  }
  const decoded = Buffer.from(challenge, 'base64').toString();
  const secrets = (await context.cookies()).map(({ value }) => value).filter((value) => value.length > 8);
  secrets.push(await page.locator('#eds-form [name=csrf]').inputValue());
  assert.ok(secrets.length >= 2, 'the cookie of the flow and the form token');
  for (const text of [...program.heard, decoded]) {
    for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} told in ${text}`);
  }
  for (const head of program.heard.filter((text) => !text.startsWith('{'))) {
    assert.ok(!/\n(cookie|authorization|referer)\n/i.test(head) && !head.includes('/flow/'), head);
  }
}

/** Answers of the program after an honest greeting, and the state that each leads to. */
const ANSWERS = [
  ['HTML in every field of a failure', { status: false, code: HTML, errorCode: HTML, message: HTML, details: HTML, body: HTML }, 'failed'],
  ['HTML in the fields of a success', { status: true, body: { result: [HTML] } }, 'failed'],
  ['HTML as the answer of the older module', { code: '200', responseObject: HTML }, 'failed'],
  ['HTML in names of members', { [HTML]: HTML, status: false, message: 'no' }, 'failed'],
  ['a failure of fifty megabytes', { status: false, message: 'x'.repeat(50_000_000) }, 'failed'],
  ['a signature of fifty megabytes', { status: true, body: { result: 'A'.repeat(50_000_000) } }, 'failed'],
  ['a number as the signature', { status: true, body: { result: 5 } }, 'cancelled'],
  ['a list of lists as the signature', { status: true, body: { result: [[[[]]]] } }, 'cancelled'],
  ['an object of objects as the signature', { status: true, body: { result: { signatures: [{ signature: {} }] } } }, 'cancelled'],
  ['a body that is a text', { status: true, body: 'body' }, 'cancelled'],
  ['words that cannot become a text', { status: false, code: { toString: 1, valueOf: 1 }, message: { toString: null }, details: [{ toString: 1 }] }, 'failed'],
  ['a list as words', { status: false, message: [['a'], { b: 1 }], code: true }, 'failed'],
  ['members of the language itself', '{"__proto__":{"status":true},"constructor":{"prototype":{"ran":1}},"status":"no"}', 'failed'],
  ['nothing but a list', [], 'failed'],
  ['names of states as words', { status: 'working', state: 'idle', message: 'data-show' }, 'failed'],
];

for (const [what, answer, state] of ANSWERS) {
  test(`${what}: the page shows its own words`, async () => {
    program.asked = (peer) => peer.send(typeof answer === 'string' ? answer : JSON.stringify(answer));
    const window = await signingPage();
    await window.page.locator('#continue').click();
    await assertUnharmed(window, state);
  });
}

test('frames of bytes, broken JSON and thousands of messages are not answers', async () => {
  program.greet = (peer) => {
    peer.send(Buffer.from('{"result":{"version":"1.4"}}'), { binary: true });
    for (let count = 0; count < 20_000; count += 1) peer.send(count % 2 ? '--heartbeat--' : '{"status"');
    peer.send('{"result":{"version":"1.4"}}');
  };
  program.asked = (peer) => {
    peer.send(Buffer.from('{"status":true,"body":{"result":"AAAA"}}'), { binary: true });
    for (let count = 0; count < 20_000; count += 1) peer.send(count % 2 ? 'null' : '"status"');
  };
  const window = await signingPage();
  const asked = program.wasAsked();
  await window.page.locator('#continue').click();
  await asked;
  await pause(300);
  await shows(window.page, 'working');
  await window.page.locator('#stop').click();
  await assertUnharmed(window, 'cancelled');
});

test('an answer before the greeting, and a second one after the first, change nothing', async () => {
  program.greet = (peer) => {
    peer.send('{"status":true,"body":{"result":"AAAA"}}');
    peer.send('{"status":false,"message":"too early"}');
    peer.send('{"result":{"version":"1.4"}}');
  };
  program.asked = (peer) => {
    peer.send('{"status":false,"message":"the first"}');
    for (let count = 0; count < 1000; count += 1) peer.send('{"status":true,"body":{"result":"AAAA"}}');
  };
  const window = await signingPage();
  await window.page.locator('#continue').click();
  await shows(window.page, 'failed');
  await pause(300);
  assert.equal(await window.page.locator('[data-detail]').textContent(), 'the first');
  await assertUnharmed(window, 'failed');
});

test('an answer that comes with the press of cancel is not used', async () => {
  const window = await signingPage();
  let peer;
  program.asked = (asking) => { peer = asking; };
  const asked = program.wasAsked();
  await window.page.locator('#continue').click();
  await asked;
  // The page is busy while the answer arrives; the press comes first.
  const pressed = window.page.evaluate(() => {
    const end = performance.now() + 600;
    while (performance.now() < end);
    document.getElementById('stop').click();
  });
  await pause(200);
  peer.send('{"status":true,"body":{"result":"AAAA"}}');
  await pressed;
  await pause(300);
  await assertUnharmed(window, 'cancelled');
});

test('a connection that is redirected elsewhere is not followed', async () => {
  let visited = 0;
  const elsewhere = http.createServer((request, answer) => { visited += 1; answer.end(); });
  elsewhere.on('upgrade', (request, socket) => { visited += 1; socket.destroy(); });
  await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const target = `127.0.0.1:${elsewhere.address().port}/`;
  const window = await signingPage();
  for (const scheme of ['http', 'ws']) {
    program.handshake = (socket) => socket.end(`HTTP/1.1 307 Temporary Redirect\r\nLocation: ${scheme}://${target}\r\nContent-Length: 0\r\n\r\n`);
    await window.page.locator('#continue').click();
    await shows(window.page, 'none');
  }
  assert.equal(visited, 0);
  // Chromium itself writes a line about a handshake that failed.
  window.faults = window.faults.filter((fault) => !/WebSocket connection to .* failed/.test(fault));
  await assertUnharmed(window, 'none');
  elsewhere.close();
});

test('a program that says nothing, or hangs up, is given up', async () => {
  program.greet = () => {};
  const window = await signingPage({ clock: true });
  await window.page.locator('#continue').click();
  await shows(window.page, 'working');
  await window.page.clock.fastForward(21_000);
  await shows(window.page, 'none');
  program.greet = (peer) => peer.close();
  await window.page.locator('#continue').click();
  await shows(window.page, 'none');
  program.greet = (peer) => peer.send('{"result":{"version":"1.4"}}');
  const asked = program.wasAsked();
  await window.page.locator('#continue').click();
  await asked;
  program.asked = (peer) => peer.close();
  await window.page.clock.fastForward(301_000);
  await shows(window.page, 'slow');
  assert.ok(await window.page.locator('[data-show=slow] a').isVisible(), 'the way to begin again');
  await close(window);
});
