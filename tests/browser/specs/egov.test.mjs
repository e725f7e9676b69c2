// S3: signing on the phone with eGov Mobile, in three languages. The phone is the one on the desk; it reads the code from
// the picture of the page, and speaks the app's protocol with the provider.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { allow, arrive, bindDevice, startSignIn, typeCode } from '../harness/journey.mjs';
import { press, reach } from '../harness/keyboard.mjs';
import { inspect } from '../harness/look.mjs';
import { ALICE, EXPIRED_KEY, GOST_KEY, GRADUATE, PARENT, TEACHER } from '../harness/people.mjs';
import { decide, phone, readCode, scan } from '../harness/phone.mjs';
import { scales } from '../harness/weigh.mjs';

const KB = 1024;
const BUDGET = { all: 10 * KB, script: 8 * KB, requests: 4 };

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const picture = ({ page }) => page.locator('svg.qr');
const button = 'form[action$="/egov"] button';

/** From the diary to S3. */
async function showCode(window) {
  await startSignIn(window, demo);
  await window.page.locator(button).click();
  await picture(window).waitFor();
}

/** What a camera sees in both themes, on a phone and on a desk. */
async function readEverywhere(window) {
  const { page } = window;
  const before = page.viewportSize();
  const read = new Set();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 780 });
      read.add(await readCode(browser, picture(window)));
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(before);
  assert.equal(read.size, 1, `one code: ${[...read]}`);
  return [...read][0];
}

const numberOf = async ({ page }) => (await page.locator('#number').innerText()).trim();

for (const [language, person] of [['kk', PARENT], ['ru', TEACHER], ['en', GRADUATE]]) {
  test(`what is signed on the phone goes on to the code by SMS, in ${language}`, async () => {
    const window = await open(browser, demo, { language });
    const { page } = window;
    const before = (await demo.messages()).length;
    await showCode(window);
    await inspect(window, 's3');
    const code = await readEverywhere(window);
    assert.match(code, new RegExp(`^mobileSign:${demo.issuer}/egov/[\\w-]{43}$`));
    assert.deepEqual((await phone(demo)).codes, [{ number: await numberOf(window), text: code }]);

    // The desk lists it; the app on it shows the number of the page.
    await demo.signs(person);
    const desk = await open(browser, demo, { language });
    // The desk stands still while it is looked at: notices by SMS would load it again.
    await desk.page.route('**/changes', (route) => route.fulfill({ body: 'as it was' }));
    await desk.page.goto(`${demo.desk}/?lang=${language}`);
    await inspect(desk, 'desk-phone');
    await desk.page.locator('#scan-1').click();
    await desk.page.locator('#phone-asks').waitFor();
    const { shows } = await phone(demo);
    assert.equal(shows.length, 4);
    const { hostname } = new URL(demo.issuer);
    assert.deepEqual([shows[0][1], shows[1][1], shows[3][1]], [hostname, 'Күнделік', await numberOf(window)]);
    assert.ok((await desk.page.locator('#phone-asks').innerText()).includes(shows[3].join('\n')), 'name and number');
    await inspect(desk, 'desk-phone-asks');

    // The page heard of it by itself.
    await picture(window).waitFor({ state: 'detached' });
    await page.locator('#number').waitFor();
    assert.equal(await numberOf(window), shows[3][1]);
    await inspect(window, 's3-scanned');

    await desk.page.locator('#phone-sign').click();
    await desk.page.locator('#phone-said').waitFor();
    await typeCode(window, demo, before);
    await bindDevice(window);
    await allow(window);
    const me = await arrive(window, demo);
    assert.equal(me.acr, 'urn:kiru:acr:full-bound');
    await inspect(desk, 'desk-phone-said');
    await close(desk);
    await close(window);
  });

  test(`a refusal, a new code, a key out of date and a code out of date are told at once, in ${language}`, async () => {
    const window = await open(browser, demo, { language });
    const { page } = window;
    await showCode(window);
    const first = await readCode(browser, picture(window));
    await scan(demo, ALICE, first, language);
    await decide(demo, 'decline');
    await page.locator('#number').waitFor({ state: 'detached' });
    await inspect(window, 's3-declined');

    await page.locator('#new').click();
    await picture(window).waitFor();
    const second = await readCode(browser, picture(window));
    const shown = await page.locator('#live').getAttribute('data-live');
    await page.locator('#new').click();
    await page.locator(`#live:not([data-live="${shown}"])`).waitFor();
    const third = await readCode(browser, picture(window));
    assert.equal(new Set([first, second, third]).size, 3, 'each code is another');
    for (const old of [first, second]) assert.deepEqual(await scan(demo, ALICE, old, language), [], 'an old code is none');
    assert.ok(await picture(window).isVisible(), 'the new code stands');

    await scan(demo, EXPIRED_KEY, third, language);
    await decide(demo, 'sign');
    await page.locator('.summary').waitFor();
    assert.equal(await picture(window).count(), 0);
    await inspect(window, 's3-refused');

    await page.locator('#new').click();
    await picture(window).waitFor();
    const last = await readCode(browser, picture(window));
    await demo.clock({ advance: 'PT5M' });
    await picture(window).waitFor({ state: 'detached' });
    await page.locator('#new').waitFor();
    assert.deepEqual(await scan(demo, ALICE, last, language), [], 'five minutes are over');
    await inspect(window, 's3-expired');
    await close(window);
  });
}

test('the page with the code keeps the budget of a step', async () => {
  const window = await open(browser, demo, { language: 'kk' });
  const { page } = window;
  await startSignIn(window, demo);
  await page.waitForLoadState('networkidle');
  const scale = await scales(page);
  const heard = page.waitForResponse(/\/egov\/events$/);
  await page.locator(button).click();
  await picture(window).waitFor();
  await heard;
  const weight = scale.total();
  console.log(`# S3: ${weight.all} bytes, of which scripts ${weight.script}, in ${weight.requests} requests`);
  for (const measure of ['all', 'script', 'requests']) {
    assert.ok(weight[measure] <= BUDGET[measure], `${measure} ${weight[measure]} > ${BUDGET[measure]}\n${weight.list}`);
  }
  assert.ok(weight.all > 0 && weight.requests >= 2, 'something was weighed');
  await close(window);
});

test('with the keyboard alone, a person with a GOST key signs on the phone', async () => {
  const window = await open(browser, demo, { language: 'ru', width: 360 });
  const { page } = window;
  const before = (await demo.messages()).length;
  await page.goto(`${demo.diary}/language/ru`);
  await press(page, '#sign-in');
  await page.waitForURL(/\/sign-in/);
  await press(page, button);
  await picture(window).waitFor();
  await reach(page, '#new');
  await reach(page, '#other-way');
  await scan(demo, GOST_KEY, await readCode(browser, picture(window)), 'ru');
  await picture(window).waitFor({ state: 'detached' });
  await decide(demo, 'sign');
  await page.waitForURL(/\/confirm$/);
  const digits = await demo.code(before);
  await reach(page, '[name=code]');
  await page.keyboard.type(digits);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/device$/);
  await close(window);
});

test('without script the page refreshes itself and a button goes on', async () => {
  const window = await open(browser, demo, { language: 'kk', script: false });
  const { page } = window;
  await showCode(window);
  await scan(demo, ALICE, await readCode(browser, picture(window)), 'kk');
  await picture(window).waitFor({ state: 'detached' });
  await page.locator('#number').waitFor();
  await decide(demo, 'sign');
  await page.locator('#continue').click();
  await page.waitForURL(/\/confirm$/);
  await close(window);
});

test('on the phone itself the app comes first, and its link leads to this very code', async () => {
  const userAgent = 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36';
  for (const language of ['kk', 'ru', 'en']) {
    const window = await open(browser, demo, { language, width: 360, userAgent });
    const { page } = window;
    await startSignIn(window, demo);
    assert.equal(await page.locator('main form button').first().getAttribute('id'), 'egov');
    await page.locator('#egov').click();
    await page.locator('#open-egov').waitFor();
    assert.equal(await picture(window).isVisible(), false);
    await inspect(window, 's3-phone');
    const link = new URL(await page.locator('#open-egov').getAttribute('href'));
    assert.equal(link.origin, 'https://m.egov.kz');
    await page.locator('details summary').last().click();
    assert.equal(await readCode(browser, picture(window)), `mobileSign:${link.searchParams.get('link')}`);
    await close(window);
  }
});
