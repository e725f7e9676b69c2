// Signed documents, where the configuration accepts them: the page asks for one when the program does not know what else it
// was asked for, and never otherwise.
import assert from 'node:assert/strict';

import { after, afterEach, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { HostileProgram } from '../harness/hostile.mjs';
import { startSignIn } from '../harness/journey.mjs';
import { GOST_KEY, PARENT } from '../harness/people.mjs';
import { relay, withoutBasics } from '../harness/relay.mjs';

let browser;
let demo;
let program;
before(async () => {
  [demo, program] = await Promise.all([Demo.start({ KIRU_EDS__XML: 'true' }), HostileProgram.start()]);
  const { host } = new URL(demo.signer);
  browser = await launch([`--host-resolver-rules=MAP ${host} 127.0.0.1:${program.port}`]);
});
after(async () => {
  await browser?.close();
  await program?.stop();
  await demo?.stop();
});
afterEach(() => program.forget());

const requests = () => program.heard.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text));

async function signs(person) {
  await demo.signs(person);
  const window = await open(browser, demo);
  await startSignIn(window, demo);
  await window.page.locator('form[action$="/eds"] button').click();
  await window.page.waitForURL(/\/eds$/);
  await window.page.locator('#continue').click();
  return window;
}

for (const person of [PARENT, GOST_KEY]) {
  test(`a program that signs documents only proves ${person.login}`, async () => {
    relay(program, demo, (answer, { args }) =>
      (args.format === 'cms' ? { status: false, code: 'INVALID_SIGNING_PARAMS', message: 'format', details: '' } : answer));
    const window = await signs(person);
    await window.page.waitForURL(/\/confirm$/);
    assert.deepEqual(requests().map(({ args }) => args.format), ['cms', 'xml']);
    assert.match(requests()[1].args.data, /^<challenge><host>/);
    await close(window);
  });

  test(`an old program that signs documents only proves ${person.login}`, async () => {
    withoutBasics(program, demo, (answer, { method }) =>
      (method === 'createCAdESFromBase64' ? { code: '500', message: `java.lang.NoSuchMethodException: ${method}` } : answer));
    const window = await signs(person);
    await window.page.waitForURL(/\/confirm$/);
    assert.deepEqual(requests().map(({ method }) => method), ['sign', 'getActiveTokens', 'createCAdESFromBase64', 'signXml']);
    await close(window);
  });
}

test('a signature over the text is still what is asked for first, and a cancellation ends it', async () => {
  relay(program, demo, (answer) => answer);
  const window = await signs(GOST_KEY);
  await window.page.waitForURL(/\/confirm$/);
  assert.equal(requests().length, 1);
  await close(window);
  program.forget();
  program.asked = (peer) => peer.send('{"status":true,"body":{}}');
  const cancelled = await signs(GOST_KEY);
  await cancelled.page.locator('[data-show=cancelled]:not([hidden])').waitFor();
  assert.equal(requests().length, 1);
  await close(cancelled);
});

test('a document that is none is posted nowhere, and one of somebody else proves nothing', async () => {
  program.asked = (peer) => peer.send(JSON.stringify({ status: true, body: { result: '<html' } }));
  const none = await signs(PARENT);
  await none.page.locator('[data-show=failed]:not([hidden])').waitFor();
  await close(none);
  program.asked = (peer) => peer.send(JSON.stringify({ status: true, body: { result: '<challenge><img src="x" onerror="1"/></challenge>' } }));
  const other = await signs(PARENT);
  await other.page.locator('[role=alert]').waitFor();
  assert.match(other.page.url(), /\/eds(\/signature)?$/);
  await close(other);
});
