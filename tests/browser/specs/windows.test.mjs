// What people do with windows: two tabs, the back button, a double click, a sign-in over a restart; single sign-on and out.
import assert from 'node:assert/strict';

import { after, afterEach, before, beforeEach, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import {
  allow, arrive, bindDevice, openDiary, signInAgain, signInFirst, signInFirstWithoutRemembering, signWithEds, startSignIn, typeCode,
} from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';
import { PARENT } from '../harness/people.mjs';

let browser;
let demo;
let window;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});
beforeEach(async () => {
  demo = await Demo.start();
  window = await open(browser, demo, { language: 'ru' });
});
afterEach(async () => {
  try {
    await close(window);
  } finally {
    await demo.stop();
  }
});

/** Codes, which end with their number; notices of what came before may still be on their way. */
const codesOf = (messages) => messages.filter(({ text }) => /#\d{6}$/.test(text));

test('a live session signs in without stages, and ends at sign-out', async () => {
  const { page } = window;
  const me = await signInFirst(window, demo, PARENT);
  const before = codesOf(await demo.messages()).length;

  await page.locator('#sign-in-again').click();
  assert.deepEqual(await arrive(window, demo), me);
  assert.equal(codesOf(await demo.messages()).length, before, 'no code was sent');

  await page.locator('#sign-out').click();
  await page.waitForURL((url) => url.pathname === '/logout' || url.pathname === '/signed-out');
  if (page.url().startsWith(demo.issuer)) {
    await inspect(window, 'logout');
    await page.locator('#confirm').click();
    await page.locator('#signed-out').waitFor();
  }
  await inspect(window, 's19');
  assert.equal((await window.context.request.get(`${demo.diary}/me.json`)).status(), 401);
  await startSignIn(window, demo);
  assert.equal(await page.locator('form[action$="/eds"] button').count(), 1, 'the provider asks again');
});

test('where something must be asked, the person is named first, and another may take over', async () => {
  const { page } = window;
  const me = await signInFirstWithoutRemembering(window, demo, PARENT);
  await startSignIn(window, demo, 'bound=1');
  await inspect(window, 's16');
  await page.locator('#continue').click();
  await allow(window, undefined, false);
  assert.deepEqual(await arrive(window, demo), me);

  await openDiary(window, demo);
  await page.locator('#require-bound').click();
  await page.locator('#other').click();
  await page.locator('form[action$="/eds"] button').waitFor();
});

test('two tabs sign in side by side and do not disturb each other', async () => {
  const { context } = window;
  const second = { ...window, page: await context.newPage() };
  await startSignIn(window, demo);
  await startSignIn(second, demo);
  const before = (await demo.messages()).length;
  await signWithEds(window, demo, PARENT);
  await typeCode(window, demo, before);
  await bindDevice(window);
  await allow(window);
  const first = await arrive(window, demo);

  await second.page.bringToFront();
  await demo.untilCodeMayBeSent(PARENT);
  const sent = (await demo.messages()).length;
  await signWithEds(second, demo, PARENT);
  await typeCode(second, demo, sent);
  await Promise.race([second.page.waitForURL(/\/consent$/), second.page.waitForURL(`${demo.diary}/`)]);
  if (second.page.url().endsWith('/consent')) await second.page.locator('#allow').click();
  assert.deepEqual(await arrive(second, demo), first);
});

test('the back button leads to no dead end', async () => {
  const { page } = window;
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, PARENT);
  await typeCode(window, demo, before);
  await page.locator('#bind').waitFor();

  await page.goBack();
  await page.waitForLoadState();
  const field = page.locator('[name=code]');
  if (await field.count()) {
    await field.fill('123456');
    await page.locator('#continue').click();
    await page.waitForLoadState();
  }
  assert.match(page.url(), /\/flow\//);
  assert.ok((await page.locator('main a, main button').count()) > 0, 'a way on');
  await inspect(window, 'back-button');

  const me = await (page.url().endsWith('/device') ? finish() : signInFromTheStart());
  assert.equal(me.device_bound, true);

  async function finish() {
    await bindDevice(window);
    await allow(window);
    return arrive(window, demo);
  }
  function signInFromTheStart() {
    return signInFirst(window, demo, PARENT);
  }
});

test('a double click signs in once', async () => {
  const { page } = window;
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, PARENT);
  await page.waitForURL(/\/confirm$/);
  await page.locator('[name=code]').fill(await demo.code(before));
  await page.locator('#continue').dblclick();
  await page.waitForURL(/\/device$/);
  await page.locator('#bind').dblclick();
  await page.waitForURL(/\/consent$/);
  await page.locator('#allow').dblclick();
  await arrive(window, demo);
  const codes = codesOf((await demo.messages()).slice(before));
  assert.equal(codes.length, 1, 'one code was sent');
});

test('the provider may be restarted in the middle of a sign-in', async () => {
  const before = (await demo.messages()).length;
  await openDiary(window, demo);
  await startSignIn(window, demo);
  await signWithEds(window, demo, PARENT);
  await window.page.waitForURL(/\/confirm$/);
  const code = await demo.code(before);
  await demo.restart();
  await window.page.locator('[name=code]').fill(code);
  await window.page.locator('#continue').click();
  await bindDevice(window);
  await window.page.waitForURL(/\/consent$/);
  await window.page.locator('#allow').click();
  // The diary keeps its own half of a sign-in in memory, so it asks to start again; Kiru remembers everything.
  await window.page.locator('#sign-in').first().click();
  assert.equal((await arrive(window, demo)).device_bound, true);
});

test('after a restart the same device and key sign in', async () => {
  const me = await signInFirst(window, demo, PARENT);
  await demo.restart();
  assert.deepEqual(await signInAgain(window, demo, PARENT), me);
});
