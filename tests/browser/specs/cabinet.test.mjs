// The cabinet in Chromium, in three languages: every page by its navigation, what a person does there, by keyboard too, and
// a window with the copied cookies, which sees nothing of it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { Gallery } from '../harness/gallery.mjs';
import { assertErrorPage, signInFirst, signWithEds, typeCode } from '../harness/journey.mjs';
import { assertAccessible, assertNoSidewaysScroll, inspect } from '../harness/look.mjs';
import { GRADUATE, HEAD, PARENT, TEACHER } from '../harness/people.mjs';

const PAGES = [
  ['k1', '/cabinet', '#line-device'],
  ['k2', '/cabinet/device', '#end-all'],
  ['k3', '/cabinet/keys', '#key-1'],
  ['k4', '/cabinet/phone', '#number'],
  ['k6', '/cabinet/sessions', '#this-session'],
  ['k7', '/cabinet/history', '#not-me-1'],
  ['k10', '/cabinet/powers', '#give'],
  ['k12', '/cabinet/suspend', '#suspend'],
];

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Opens a page of the cabinet; the proof happens by itself. */
async function visit({ page }, path, sign) {
  await page.goto(`${demo.issuer}${path}`);
  await page.locator(sign).first().waitFor();
}

/** What each language calls the first columns of the file. */
const HEADS = { kk: '"Уақыты","Сервис"', ru: '"Время","Сервис"', en: '"Time","Service"' };

/** Chooses what the history shows, by its form and its links, and saves it; on a phone. */
async function choosesAndSaves(window) {
  const { page } = window;
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 780 });
  await visit(window, '/cabinet/history', '#not-me-1');
  const all = await page.locator('.timeline li').count();
  await page.locator('#choices summary').click();
  await page.locator('#result').selectOption('refused');
  await page.locator('#to').fill('2020-01-31');
  await inspect(window, 'k7-choices');
  await page.locator('#show').click();
  await page.locator('#empty').waitFor();
  assert.match(page.url(), /\/cabinet\/history\?from=&to=2020-01-31&result=refused&service=$/);
  assert.equal(await page.locator('#result').inputValue(), 'refused', 'what was chosen is still chosen');
  await inspect(window, 'k7-none-found');
  // A day that is none comes to a page that says so at the field.
  await page.goto(`${demo.issuer}/cabinet/history?from=yesterday`);
  await page.locator('#from-error').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.className), 'summary');
  await inspect(window, 'k7-problem');
  await page.locator('#period-1').click();
  await page.locator('#period-1[aria-current]').waitFor();
  assert.equal(await page.locator('.timeline li').count(), all);
  await page.locator('#result').selectOption('succeeded');
  await page.locator('#service').selectOption('diary');
  await page.locator('#show').click();
  await page.waitForURL(/result=succeeded&service=diary$/);
  await page.locator('#not-me-1').waitFor();
  // The file is saved and the page stays where it is.
  const before = page.url();
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#csv').click()]);
  assert.match(download.suggestedFilename(), /^kiru-sign-ins-\d{4}-\d\d-\d\d\.csv$/);
  const text = await readFile(await download.path(), 'utf8');
  assert.ok(text.startsWith(`\ufeff${HEADS[window.language]}`), text);
  assert.equal(text.trim().split('\r\n').length - 1, await page.locator('.timeline li').count());
  assert.equal(page.url(), before);
  await inspect(window, 'k7-chosen');
  await page.setViewportSize(wide);
}

for (const [language, person] of [['kk', PARENT], ['ru', TEACHER], ['en', HEAD]]) {
  test(`every page of the cabinet opens on the bound device and the history is chosen and saved, in ${language}`, async () => {
    const window = await open(browser, demo, { language });
    await signInFirst(window, demo, person);
    await visit(window, '/cabinet', '#line-device');
    for (const [name, path, sign] of PAGES) {
      await window.page.locator(`nav.side a[href="${path}"]`).click();
      await window.page.waitForURL(`${demo.issuer}${path}`);
      await window.page.locator(sign).first().waitFor();
      assert.equal(await window.page.locator('nav.side [aria-current=page]').getAttribute('href'), path);
      await inspect(window, name);
    }
    await visit(window, '/cabinet/device', '#end-all');
    await window.page.locator('details summary').last().click();
    await window.page.locator('.card details summary').first().click();
    await window.page.locator('#name-1').fill('My own');
    await window.page.locator('#rename-1').click();
    await window.page.locator('#flash').waitFor();
    assert.match(await window.page.locator('main').innerText(), /My own/);
    await choosesAndSaves(window);
    await visit(window, '/cabinet/phone/messages', '#confirm');
    await inspect(window, 'k4-ask');
    await window.page.locator('#confirm').click();
    await window.page.locator('#flash').waitFor();
    // A power of attorney for somebody whom nobody knows here: given, read, revoked.
    await visit(window, '/cabinet/powers/give', '#iin');
    await window.page.locator('#iin').fill('900315300208');
    await window.page.locator('#confirm').click();
    await window.page.locator('#iin-error').waitFor();
    await inspect(window, 'k10-wrong');
    await window.page.locator('#iin').fill('900315 300209');
    await window.page.locator('#confirm').click();
    await window.page.locator('#power-given-1').waitFor();
    await inspect(window, 'k10-given');
    await window.page.locator('#end-given-1').click();
    await window.page.locator('#confirm').waitFor();
    await inspect(window, 'k10-revoke');
    await window.page.locator('#confirm').click();
    await window.page.locator('#flash').waitFor();
    assert.equal(await window.page.locator('#end-given-1').count(), 0);
    await close(window);
  });
}

test('by keyboard alone a person reaches the history and says that it was not them', async () => {
  const window = await open(browser, demo, { language: 'en' });
  await signInFirst(window, demo, GRADUATE);
  await visit(window, '/cabinet/history', '#not-me-1');
  const focused = () => window.page.evaluate(() => document.activeElement.id || document.activeElement.getAttribute('href'));
  for (let steps = 0; steps < 40 && await focused() !== 'not-me-1'; steps += 1) await window.page.keyboard.press('Tab');
  await window.page.keyboard.press('Enter');
  await window.page.locator('#confirm').waitFor();
  for (let steps = 0; steps < 40 && await focused() !== 'confirm'; steps += 1) await window.page.keyboard.press('Tab');
  await window.page.keyboard.press('Enter');
  await window.page.locator('#end-others').waitFor();
  await inspect(window, 'k7-disputed');
  // Six minutes later, ending sessions asks for a sign-in, which leads back.
  await demo.clock({ advance: 'PT11M' });
  await window.page.goto(`${demo.issuer}/cabinet/sessions`);
  await window.page.waitForURL(/\/flow\/[^/]+\/sign-in/);
  const earlier = (await demo.messages()).length;
  await signWithEds(window, demo, GRADUATE);
  await typeCode(window, demo, earlier);
  await window.page.locator('#this-session').waitFor();
  assert.equal(window.page.url(), `${demo.issuer}/cabinet/sessions`);
  // The copied cookies open nothing.
  const thief = await open(browser, demo, { cookies: await window.context.cookies() });
  for (const [, path] of PAGES) {
    await thief.page.goto(`${demo.issuer}${path}`);
    await assertErrorPage(thief.page, 'not_the_device');
    assert.equal(await thief.page.locator('nav.side').count(), 0);
  }
  await inspect(thief, 'cabinet-closed');
  await close(thief);
  await visit(window, '/cabinet', '#line-device');
  await close(window);
});

test('every state of the cabinet is accessible in three languages, on a phone and printed', async () => {
  const gallery = await Gallery.start();
  try {
    for (const language of ['kk', 'ru', 'en']) {
      const window = await open(browser, gallery, { language, width: 360 });
      for (const name of ['k1', 'k1-key', 'k1-bare', 'k2', 'k4-none', 'k6', 'k7', 'k7-ways', 'k7-none-found', 'k7-order', 'k7-service', 'k7-too-many', 'k6-end', 'k7-disputed', 'k12', 'cabinet-again']) {
        await window.page.goto(gallery.address(name, language));
        await assertAccessible(window.page, `${name} ${language}`);
        await assertNoSidewaysScroll(window.page, `${name} ${language}`);
        await window.page.emulateMedia({ media: 'print' });
        for (const hidden of ['nav.side', 'nav.menu', '.stop', '.periods', '.choices', '.file']) {
          assert.equal(await window.page.locator(`${hidden}:visible`).count(), 0, `${name}: ${hidden} is printed`);
        }
        await window.page.emulateMedia({ media: 'screen' });
      }
      await close(window);
    }
  } finally {
    await gallery.stop();
  }
});
