// R7: windows that cannot remember a device, and the way to one that can.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, launchWithoutCookies, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { assertErrorPage, flowOf, openDiary, startSignIn } from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';

const INSTAGRAM =
  'Mozilla/5.0 (Linux; Android 13; SM-A525F Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0.6099.144 Mobile Safari/537.36 Instagram 314.0.0.20.114 Android';

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

for (const [language, copied] of [['kk', 'Мекенжай көшірілді'], ['ru', 'Адрес скопирован'], ['en', 'The address is copied']]) {
  test(`a window inside an application gives the address to another browser, in ${language}`, async () => {
    const window = await open(browser, demo, { language, userAgent: INSTAGRAM, width: 360 });
    const { page, context } = window;
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(demo.issuer).origin });
    await startSignIn(window, demo);
    await assertErrorPage(page, 'cannot_remember');
    assert.equal(await page.locator('form[action$="/eds"]').count(), 0, 'nobody signs in vain');
    assert.equal(await page.getByText(copied).isVisible(), false);
    await page.locator('#copy').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText(copied).waitFor();
    const address = await page.locator('#address').innerText();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), address);
    assert.equal(address, new URL(demo.diary).host);
    await inspect(window, 'r7-in-app');
    await close(window);
  });
}

test('where the clipboard is refused the address is selected', async () => {
  const window = await open(browser, demo, { userAgent: INSTAGRAM });
  await window.page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
  });
  await startSignIn(window, demo);
  await window.page.locator('#copy').click();
  await window.page.waitForFunction(() => String(getSelection()) !== '');
  const [selected, address] = [await window.page.evaluate(() => String(getSelection())), await window.page.locator('#address').innerText()];
  assert.equal(selected, address);
  assert.equal(await window.page.locator('#copied').isVisible(), false);
  await close(window);
});

test('without script the address can be selected at one go', async () => {
  const window = await open(browser, demo, { userAgent: INSTAGRAM, script: false });
  await startSignIn(window, demo);
  await assertErrorPage(window.page, 'cannot_remember');
  assert.equal(await window.page.locator('#copy').isVisible(), false);
  assert.ok(await window.page.locator('#address').isVisible());
  await window.page.locator('#address').click();
  await close(window);
});

for (const [language, words] of [['kk', 'рұқсат беріңіз'], ['ru', 'Разрешите файлы cookie'], ['en', 'Allow cookies for this site']]) {
  test(`a browser that blocks cookies says how to allow them, in ${language}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kiru-no-cookies-'));
    const window = await launchWithoutCookies(folder, language);
    try {
      // The diary's own start remembers nothing either, so its address for signing in is opened by a link of its page.
      await window.page.goto(`${demo.diary}/`);
      await window.page.locator('#sign-in').first().click();
      await window.page.locator('#error').waitFor();
      assert.deepEqual(await window.context.cookies(), [], 'the browser keeps no cookies');
      await assertErrorPage(window.page, 'cannot_remember');
      await window.page.locator(`html[lang=${language}]`).getByText(words).first().waitFor();
      assert.equal(await window.page.locator('#address').innerText(), new URL(demo.issuer).hostname);
      await inspect(window, 'r7-cookies');
      // The same address, typed: nobody can tell whose it is, and the page says what to do in either case.
      const flow = flowOf(window.page);
      await window.page.goto('about:blank');
      await window.page.goto(`${flow}/sign-in`);
      await assertErrorPage(window.page, 'other_browser');
    } finally {
      await window.context.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test('a browser that takes cookies never reads of them', async () => {
  const window = await open(browser, demo, { language: 'ru' });
  await openDiary(window, demo);
  await startSignIn(window, demo);
  assert.equal(await window.page.locator('#error').count(), 0);
  await close(window);
});
