// S2 and the program on the person's computer: every state of the conversation, in the three languages; each form of
// answer that programs in use give; RSA and GOST keys.
import assert from 'node:assert/strict';

import { after, afterEach, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { HostileProgram } from '../harness/hostile.mjs';
import { signInFirst, startSignIn } from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';
import { GOST_KEY, PARENT } from '../harness/people.mjs';
import { relay, withoutBasics } from '../harness/relay.mjs';

let browser;
let direct; // a browser whose S2 reaches the demo's own signer
let demo;
let program;
before(async () => {
  [demo, program] = await Promise.all([Demo.start(), HostileProgram.start()]);
  const { host } = new URL(demo.signer);
  [browser, direct] = await Promise.all([launch([`--host-resolver-rules=MAP ${host} 127.0.0.1:${program.port}`]), launch()]);
});
after(async () => {
  await browser?.close();
  await direct?.close();
  await program?.stop();
  await demo?.stop();
});
afterEach(() => program.forget());

const LANGUAGES = ['kk', 'ru', 'en'];
const shows = (page, state) => page.locator(`[data-show=${state}]:not([hidden])`).waitFor();

/** S2 at rest; `permission` is what the browser says about local programs: by name its state, or no such name. */
async function signingPage({ language = 'en', permission, clock = false, person = PARENT } = {}) {
  await demo.signs(person);
  const window = await open(browser, demo, { language });
  const { page } = window;
  if (permission) {
    await page.addInitScript((states) => {
      globalThis.asked = [];
      globalThis.statuses = {};
      navigator.permissions.query = async ({ name }) => {
        globalThis.asked.push(name);
        if (!(name in states)) throw new TypeError(`${name} is not a permission`);
        globalThis.statuses[name] = { state: states[name], onchange: null };
        return globalThis.statuses[name];
      };
    }, permission);
  }
  await startSignIn(window, demo);
  if (clock) await page.clock.install();
  await page.locator('form[action$="/eds"] button').click();
  await page.waitForURL(/\/eds$/);
  await page.waitForLoadState('networkidle');
  return window;
}

const press = (window) => window.page.locator('#continue').click();
const choose = async ({ page }, value) => {
  if (!(await page.locator('#eds-storage').isVisible())) await page.locator('#eds-choice > summary').click();
  await page.locator('#eds-storage').selectOption(value);
};
const requests = () => program.heard.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text));
const isProven = (window) => window.page.waitForURL(/\/confirm$/);

for (const language of LANGUAGES) {
  test(`a person with a GOST key signs in with one click at the desk, in ${language}`, async () => {
    // A window of its own: a tab that was closed before ours would leave ours in the background.
    const desk = await open(direct, demo, { language });
    await desk.page.goto(`${demo.desk}/?lang=${language}`);
    await desk.page.locator('input[value=dana]').check();
    await desk.page.locator('#choose-person').click();
    await desk.page.waitForLoadState();
    await close(desk);
    const window = await open(direct, demo, { language });
    if (language === 'kk') {
      const me = await signInFirst(window, demo, GOST_KEY);
      assert.equal(me.role, GOST_KEY.role);
    } else {
      // The account is bound to the first browser by now: the signature is what this is about.
      await startSignIn(window, demo);
      await window.page.locator('form[action$="/eds"] button').click();
      await press(window);
      await isProven(window);
    }
    await close(window);
  });
}

const FORMS = [
  ['a text', (answer) => answer],
  ['a list of one', (answer) => ({ status: true, body: { result: [answer.body.result] } })],
  ['an object with the signature', (answer) => ({ status: true, body: { result: { signatures: [answer.body.result] } } })],
  ['bare base64 in one line', (answer) => ({ status: true, body: { result: answer.body.result.replace(/-----[A-Z ]+-----|\n/g, '') } })],
  ['the pair of the older module', (answer) => ({ code: '200', responseObject: answer.body.result })],
  ['heartbeats first', (answer) => ['--heartbeat--', '--heartbeat--', answer]],
];
for (const [what, change] of FORMS) {
  test(`an answer in the form of ${what} proves the person`, async () => {
    relay(program, demo, change);
    const window = await signingPage({ person: GOST_KEY });
    await press(window);
    await isProven(window);
    assert.equal(requests().length, 1, 'one request');
    await close(window);
  });
}

test('a greeting of another program of the kind is one', async () => {
  program.greet = (peer) => peer.send('{"result":{"version":"ncalayer-mocker"}}');
  relay(program, demo, (answer) => answer);
  const window = await signingPage();
  await press(window);
  await isProven(window);
  await close(window);
});

test('the request names the language, the chosen place of the key and nothing of the session', async () => {
  program.asked = (peer) => peer.send('{"status":true,"body":{}}');
  for (const [language, value, storages] of [
    ['kk', '', null],
    ['ru', 'PKCS12', ['PKCS12']],
    ['en', 'AKKZIDCardStore', ['AKKZIDCardStore']],
    ['ru', 'AKEToken72KStore AKEToken5110Store AKJaCartaStore AKAKEYStore', ['AKEToken72KStore', 'AKEToken5110Store', 'AKJaCartaStore', 'AKAKEYStore']],
  ]) {
    program.forget();
    program.asked = (peer) => peer.send('{"status":true,"body":{}}');
    const window = await signingPage({ language });
    await choose(window, value);
    await press(window);
    await shows(window.page, 'cancelled');
    const [{ args }] = requests();
    assert.deepEqual(args.allowedStorages, storages);
    assert.equal(args.locale, language);
    await close(window);
  }
});

test('an old program without the newer module is asked through the older one, with RSA and GOST keys', async () => {
  for (const person of [PARENT, GOST_KEY]) {
    program.forget();
    withoutBasics(program, demo);
    const window = await signingPage({ person });
    await press(window);
    await isProven(window);
    assert.deepEqual(requests().map(({ method }) => method), ['sign', 'getActiveTokens', 'createCAdESFromBase64']);
    const [, , { args }] = requests();
    assert.deepEqual([args[0], args[3]], ['PKCS12', true]);
    await close(window);
  }
});

test('an old program is given the token that is there, or asks where the key is', async () => {
  const tokens = (list) => withoutBasics(program, demo, (answer, { method }) =>
    (method === 'getActiveTokens' ? { code: '200', responseObject: list } : { code: '500', message: 'action.canceled' }));
  tokens(['AKKaztokenStore', 'no store', 5, '<b>Store']);
  const window = await signingPage();
  await press(window);
  await shows(window.page, 'where');
  await inspect(window, 's2-where');
  await choose(window, 'AKKaztokenStore');
  await press(window);
  await shows(window.page, 'cancelled');
  assert.equal(requests().at(-1).args[0], 'AKKaztokenStore');
  await choose(window, 'AKKZIDCardStore');
  await press(window);
  await shows(window.page, 'empty');
  assert.equal(requests().filter(({ method }) => method === 'createCAdESFromBase64').length, 1, 'no window for an empty place');
  await close(window);
});

const ENDS = [
  ['cancelled', (peer) => peer.send('{"status":true,"body":{}}')],
  ['failed', (peer) => peer.send('{"status":false,"code":"SIGNING_FAILURE","message":"the key could not be used","details":""}')],
  ['empty', (peer) => peer.send('{"code":"500","message":"storage.empty"}')],
  ['old', (peer) => peer.send('{"success":false,"errorCode":"MODULE_NOT_FOUND"}')],
  ['lost', (peer) => peer.close()],
];
for (const language of LANGUAGES) {
  test(`every end of the conversation is told and can be tried again, in ${language}`, async () => {
    const window = await signingPage({ language });
    const said = new Set();
    for (const [state, asked] of ENDS) {
      program.asked = asked;
      await press(window);
      await shows(window.page, state);
      said.add(await window.page.locator(`[data-show=${state}]`).innerText());
      assert.ok(await window.page.locator('#continue').isVisible(), `${state}: try again`);
      await inspect(window, `s2-${state}`);
    }
    assert.equal(said.size, ENDS.length, 'each in its own words');
    await close(window);
  });

  test(`who does not answer in time, or not at all, is told of, in ${language}`, async () => {
    const window = await signingPage({ language, clock: true });
    const { page } = window;
    program.greet = () => {};
    await press(window);
    await shows(page, 'working');
    await inspect(window, 's2-working');
    await page.clock.fastForward(21_000);
    await shows(page, 'none');
    await inspect(window, 's2-none');
    program.greet = (peer) => peer.send('{"result":{"version":"1.4"}}');
    const asked = program.wasAsked();
    await press(window);
    await asked;
    await inspect(window, 's2-key');
    await page.clock.fastForward(301_000);
    await shows(page, 'slow');
    await inspect(window, 's2-slow');
    await page.locator('[data-show=slow] a').click();
    await page.waitForURL(/\/sign-in$/);
    await close(window);
  });

  test(`the time of the text runs from when the page came, in ${language}`, async () => {
    const window = await signingPage({ language, clock: true });
    const { page } = window;
    program.greet = (peer) => peer.send('{"result":{"version":"1.4"}}');
    await page.clock.fastForward(290_000);
    const asked = program.wasAsked();
    await press(window);
    await asked;
    await page.clock.fastForward(11_000);
    await shows(page, 'slow');
    await close(window);
    const late = await signingPage({ language, clock: true });
    const before = program.connections;
    await late.page.clock.fastForward(301_000);
    await press(late);
    await shows(late.page, 'slow');
    assert.ok(!(await late.page.locator('#continue').isVisible()), 'nothing is signed in vain');
    assert.equal(program.connections, before, 'the program is not called');
    await close(late);
  });

  test(`the browser's question about local programs is explained before it comes, in ${language}`, async () => {
    const window = await signingPage({ language, permission: { 'loopback-network': 'prompt' } });
    const { page } = window;
    await shows(page, 'idle');
    assert.deepEqual(await page.evaluate(() => globalThis.asked), ['loopback-network']);
    assert.equal(program.connections, 0, 'nothing is opened before the person presses');
    await inspect(window, 's2-prompt');
    // The person refuses: the connection fails, and the page knows why.
    await page.evaluate(() => { globalThis.statuses['loopback-network'].state = 'denied'; });
    program.handshake = (socket) => socket.destroy();
    await press(window);
    await shows(page, 'denied');
    await inspect(window, 's2-denied');
    // Allowed again in the settings of the site.
    await page.evaluate(() => {
      const status = globalThis.statuses['loopback-network'];
      status.state = 'granted';
      status.onchange();
    });
    await page.locator('[data-show=denied]').waitFor({ state: 'hidden' });
    window.faults = window.faults.filter((fault) => !/WebSocket connection to .* failed/.test(fault));
    await close(window);
  });
}

test('who refused once is told at once; older Chromium is asked by its older name; other browsers are not spoken to', async () => {
  for (const [permission, state] of [
    [{ 'loopback-network': 'denied' }, 'denied'],
    [{ 'local-network-access': 'denied' }, 'denied'],
    [{ 'local-network-access': 'prompt' }, 'idle'],
    [{ 'loopback-network': 'granted' }, undefined],
    [{}, undefined],
  ]) {
    const window = await signingPage({ permission });
    const { page } = window;
    if (state) await shows(page, state);
    await page.waitForFunction((count) => document.querySelectorAll('[data-show]:not([hidden])').length === count, state ? 1 : 0);
    const names = await page.evaluate(() => globalThis.asked);
    assert.deepEqual(names, 'loopback-network' in permission ? ['loopback-network'] : ['loopback-network', 'local-network-access']);
    await close(window);
  }
});

test('Chromium itself knows one of the names', async () => {
  const window = await signingPage();
  const state = await window.page.evaluate(async () => {
    for (const name of ['loopback-network', 'local-network-access']) {
      try {
        return (await navigator.permissions.query({ name })).state;
      } catch { /* the next */ }
    }
    return undefined;
  });
  assert.ok(['prompt', 'granted', 'denied'].includes(state), `${state}`);
  await close(window);
});

test('a second press while the program is asked asks nothing more', async () => {
  const window = await signingPage();
  const asked = program.wasAsked();
  await press(window);
  await asked;
  await window.page.evaluate(() => document.getElementById('eds-form').requestSubmit());
  await window.page.evaluate(() => document.getElementById('eds-form').requestSubmit());
  assert.equal(program.connections, 1);
  assert.equal(requests().length, 1);
  await close(window);
});

test('the fine for handing a key over is named', async () => {
  for (const language of LANGUAGES) {
    const window = await signingPage({ language });
    assert.match(await window.page.locator('#fine').innerText(), /196\u00a0600/);
    await close(window);
  }
});

test('without script the page says what it needs', async () => {
  const window = await open(browser, demo, { language: 'ru', script: false });
  await startSignIn(window, demo);
  await window.page.locator('form[action$="/eds"] button').click();
  await window.page.waitForURL(/\/eds$/);
  assert.ok(await window.page.locator('noscript .notice').isVisible());
  assert.equal(await window.page.locator('#eds-storage').isVisible(), false, 'nothing that would do nothing');
  await close(window);
});
