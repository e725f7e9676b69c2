// Who does not get in, and what they read.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import {
  arriveElsewhere, assertErrorPage, bindDevice, flowOf, signInFirst, signWithEds, startSignIn, typeCode,
} from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';
import { ALICE, GRADUATE, HEAD, NO_PHONE, PARENT, TEACHER } from '../harness/people.mjs';

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const isIn = async (window) => (await window.context.request.get(`${demo.diary}/me.json`)).status() === 200;

test('a flow opened in another browser is refused, and goes on in its own', async () => {
  const own = await open(browser, demo, { language: 'ru' });
  await startSignIn(own, demo);
  const flow = flowOf(own.page);
  const other = await open(browser, demo, { language: 'ru' });
  for (const step of ['sign-in', 'eds', 'confirm', 'device', 'consent']) {
    const answer = await other.page.goto(`${flow}/${step}`);
    assert.equal(answer.status(), 400, step);
    await assertErrorPage(other.page, 'other_browser');
  }
  await inspect(other, 'x11');
  await own.page.reload();
  assert.ok(await own.page.locator('form[action$="/eds"] button').isVisible());
  await close(other);
  await close(own);
});

test('a person without a phone reads what to do, and no message is sent', async () => {
  const window = await open(browser, demo, { language: 'kk' });
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, NO_PHONE);
  await window.page.waitForURL(/\/confirm$/);
  assert.equal(await window.page.locator('[name=code]').count(), 0);
  await inspect(window, 's11');
  assert.equal((await demo.messages()).length, before);
  await close(window);
});

test('five wrong codes close the step until a clock time', async () => {
  const window = await open(browser, demo, { language: 'kk' });
  const { page } = window;
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, TEACHER);
  await page.waitForURL(/\/confirm$/);
  const right = await demo.code(before);
  const wrong = right === '000000' ? '000001' : '000000';
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await page.locator('[name=code]').fill(wrong);
    await Promise.all([page.waitForResponse((answer) => answer.request().method() === 'POST'), page.locator('#continue').click()]);
    await page.waitForLoadState();
    if (attempt === 1) {
      assert.ok((await page.title()).startsWith('Қате'), await page.title());
      await inspect(window, 's6-error');
    }
  }
  assert.equal(await page.locator('[name=code]').count(), 0, 'the field is gone');
  assert.match(await page.locator('main').innerText(), /\d\d:\d\d/);
  await inspect(window, 'x2');
  assert.equal(await isIn(window), false);
  await close(window);
});

test('who cancels is back in the diary, which received nothing', async () => {
  const window = await open(browser, demo, { language: 'ru' });
  await startSignIn(window, demo);
  await window.page.locator('#cancel').click();
  await window.page.waitForURL(/\/callback\?/);
  assert.equal(await window.page.locator('#error').innerText(), 'access_denied');
  await inspect(window, 'diary-declined');
  assert.equal(await isIn(window), false);
  await close(window);
});

test('declining the consent is as good as never having come', async () => {
  const window = await open(browser, demo, { language: 'en' });
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, GRADUATE);
  await typeCode(window, demo, before);
  await bindDevice(window);
  await window.page.waitForURL(/\/consent$/);
  await window.page.locator('#deny').click();
  await window.page.waitForURL(/\/callback\?/);
  assert.equal(await window.page.locator('#error').innerText(), 'access_denied');
  assert.equal(await isIn(window), false);
  await close(window);
});

test('a shared computer is not bound and gives no access', async () => {
  const window = await open(browser, demo, { language: 'en' });
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, HEAD);
  await typeCode(window, demo, before);
  await window.page.waitForURL(/\/device$/);
  await window.page.locator('#shared').click();
  await window.page.waitForURL(/\/callback\?/);
  assert.equal(await isIn(window), false);
  const cookies = await window.context.cookies(demo.issuer);
  assert.equal(cookies.filter(({ name }) => name.startsWith('__Host-kiru_device_')).length, 0);
  await close(window);
});

test('a window that keeps nothing is told to open the usual browser', async () => {
  const window = await open(browser, demo, { language: 'kk' });
  await window.context.addInitScript(() => Object.defineProperty(globalThis, 'indexedDB', { value: undefined }));
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, ALICE);
  await typeCode(window, demo, before);
  await window.page.waitForURL(/\/device$/);
  if (await window.page.locator('#bind').count()) await window.page.locator('#bind').click();
  await window.page.locator('#bind').waitFor({ state: 'detached' });
  await inspect(window, 'r7');
  assert.equal(await isIn(window), false);
  await close(window);
});

test('without NCALayer the page says how to start it', async () => {
  const window = await open(browser, demo, { language: 'ru' });
  await window.page.routeWebSocket(/.*/, (socket) => socket.close());
  await startSignIn(window, demo);
  await signWithEds(window, demo, PARENT);
  await window.page.getByText('NCALayer не отвечает').first().waitFor();
  await inspect(window, 's2-none');
  await close(window);
});

test('a service that asks wrongly is shown as such, without a redirect', async () => {
  const window = await open(browser, demo, { language: 'en' });
  for (const [query, parameter] of [['', 'client_id'], ['client_id=diary&redirect_uri=https%3A%2F%2Fevil.invalid%2F&response_type=code', 'redirect_uri']]) {
    const answer = await window.page.goto(`${demo.issuer}/authorize?${query}`);
    assert.equal(answer.status(), 400);
    await assertErrorPage(window.page, parameter);
  }
  await inspect(window, 'x7');
  const missing = await window.page.goto(`${demo.issuer}/no/such/page`);
  assert.equal(missing.status(), 404);
  await assertErrorPage(window.page, 'not_found');
  await inspect(window, 'x10');
  await close(window);
});

test('both stages from a browser that is not the bound one end on the page that says so', async () => {
  const own = await open(browser, demo, { language: 'kk' });
  await signInFirst(own, demo, PARENT);
  const other = await open(browser, demo, { language: 'kk' });
  await arriveElsewhere(other, demo, PARENT);
  assert.equal(await other.page.locator('#bind, #allow').count(), 0, 'neither binding nor consent is offered');
  assert.equal(await isIn(other), false);
  // Neither cookie nor key is here: the page's script finds nothing and changes nothing.
  await other.page.waitForLoadState('networkidle');
  assert.equal(await other.page.locator('#error').innerText(), 'bound_elsewhere');
  await inspect(other, 'r1');
  await close(other);
  await close(own);
});

test('who did not bind a shared computer binds their own later', async () => {
  const window = await open(browser, demo, { language: 'en' });
  await demo.clock({ advance: 'PT11M' });
  assert.equal((await signInFirst(window, demo, HEAD)).role, HEAD.role);
  await close(window);
});
