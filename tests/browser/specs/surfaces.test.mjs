// Pages that lie beside the sign-in, in three languages; the whole sign-in by keyboard; what needs no script.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { arrive, startSignIn } from '../harness/journey.mjs';
import { press, reach } from '../harness/keyboard.mjs';
import { assertAccessible, inspect } from '../harness/look.mjs';
import { ALICE, PARENT } from '../harness/people.mjs';

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

for (const language of ['kk', 'ru', 'en']) {
  test(`help, privacy, accessibility, components and desk stand in ${language}`, async () => {
    const window = await open(browser, demo, { language });
    for (const name of ['help', 'privacy', 'accessibility', 'dev/components']) {
      const answer = await window.page.goto(`${demo.issuer}/${name}`);
      assert.equal(answer.status(), 200, name);
      assert.equal(await window.page.locator('html').getAttribute('lang'), language, name);
      assert.equal(await window.page.locator('h1').count(), 1, name);
      await inspect(window, name.replace('/', '-'));
    }
    await window.page.goto(`${demo.desk}/`);
    await inspect(window, 'desk');
    await close(window);
  });
}

test('the language is switched in the middle of a sign-in and stays', async () => {
  const window = await open(browser, demo, { language: 'kk' });
  const { page } = window;
  await startSignIn(window, demo);
  const flow = page.url();
  await page.getByText('English', { exact: true }).click();
  await page.locator('html[lang=en]').waitFor();
  assert.equal(page.url(), flow, 'the same step of the same flow');
  await page.locator('form[action$="/eds"] button').click();
  await page.waitForURL(/\/eds$/);
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  await close(window);
});

test('forced colours and a phone in a dark room keep the first page readable', async () => {
  const window = await open(browser, demo, { language: 'ru', width: 360, theme: 'dark' });
  await startSignIn(window, demo);
  await window.page.emulateMedia({ forcedColors: 'active' });
  await assertAccessible(window.page, 'forced colours');
  await close(window);
});

test('a person signs in with the keyboard alone', async () => {
  const window = await open(browser, demo, { language: 'ru' });
  const { page } = window;
  const before = (await demo.messages()).length;
  await demo.signs(PARENT);
  await page.goto(`${demo.diary}/language/ru`);
  await press(page, '#sign-in');
  await page.waitForURL(/\/sign-in/);
  await press(page, 'form[action$="/eds"] button');
  await page.waitForURL(/\/eds$/);
  await press(page, '#continue');
  await page.waitForURL(/\/confirm$/);
  const code = await demo.code(before);
  await reach(page, '[name=code]');
  await page.keyboard.type(code);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/device$/);
  await press(page, '#bind');
  await page.waitForURL(/\/consent$/);
  await press(page, '#allow');
  await arrive(window, demo);
  await close(window);
});

test('without script the first page stands and says which ways need one', async () => {
  const window = await open(browser, demo, { language: 'kk', script: false });
  const { page } = window;
  await startSignIn(window, demo);
  await page.locator('form[action$="/eds"] button').click();
  await page.waitForURL(/\/eds$/);
  assert.match(await page.locator('main').innerText(), /JavaScript/);
  await close(window);
});

test('the sandbox way drives every step without script', async () => {
  const window = await open(browser, demo, { language: 'en', script: false });
  const { page } = window;
  await startSignIn(window, demo);
  await page.goto(`${page.url().split('?')[0]}?way=sandbox`);
  await page.locator('#person, [name=person]').first().fill(ALICE.login);
  await page.locator('#continue').click();
  await page.waitForURL(/\/confirm$/);
  const code = (await page.locator('#sandbox-code').innerText()).trim();
  assert.match(code, /^\d{6}$/);
  assert.equal(await page.locator('[name=code]').inputValue(), code);
  await page.locator('#continue').click();
  await page.waitForURL(/\/device$/);
  await page.locator('#bind').click();
  await page.waitForURL(/\/consent$/);
  await page.locator('#allow').click();
  await arrive(window, demo);
  await close(window);
});
