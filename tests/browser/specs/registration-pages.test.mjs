// The pages of registering a device, of suspending and of coming back, as the gallery shows them: axe without a violation,
// no sideways scroll, pictures in three languages, two themes, two widths; the sound plays without leaving the page.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Gallery } from '../harness/gallery.mjs';
import { assertAccessible, assertNoSidewaysScroll } from '../harness/look.mjs';

const NAMES = [
  'r1', 'r1-cleared', 'r2', 'r2-zone', 'r3', 'r3-overtaken', 'r4', 'r4-wrong', 'r5', 'r5-several', 'r6', 'r6-renamed', 'r8', 'r8-wrong',
  'stopped', 'suspend', 's14', 's14-suspend', 's2-registration', 'x5', 'x5-return', 'not-now-phone',
];
const LOOKS = [[360, 780, 'light'], [1280, 900, 'dark'], [1280, 900, 'light'], [360, 780, 'dark']];
const folder = new URL('../screenshots/', import.meta.url).pathname;

let browser;
let gallery;
before(async () => {
  [browser, gallery] = await Promise.all([launch(), Gallery.start()]);
  mkdirSync(folder, { recursive: true });
});
after(async () => {
  await browser?.close();
  await gallery?.stop();
});

for (const language of ['kk', 'ru', 'en']) {
  test(`the pages of a registration are looked at in ${language}`, async () => {
    const window = await open(browser, gallery, { language });
    const { page } = window;
    for (const name of NAMES) {
      await page.goto(gallery.address(name, language));
      for (const [index, [width, height, theme]] of LOOKS.entries()) {
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize({ width, height });
        const path = `${folder}${name}-${language}-${width}-${theme}.png`;
        await page.screenshot({ path, fullPage: true, animations: 'disabled' });
        if (index < 2) await assertAccessible(page, `${name} ${language} ${width} ${theme}`);
      }
      await assertNoSidewaysScroll(page, `${name} ${language}`);
    }
    await close(window);
  });
}

test('the digits are heard in each language without leaving the page', async () => {
  const window = await open(browser, gallery, { language: 'ru' });
  const { page } = window;
  await page.goto(gallery.address('r4', 'ru'));
  const before = page.url();
  for (const language of ['kk', 'ru', 'en']) {
    const heard = page.waitForRequest((request) => request.url().endsWith(`/sound?v=3&language=${language}`));
    await page.locator(`[data-sound][href$="language=${language}"]`).click();
    await heard;
    assert.equal(page.url(), before);
  }
  assert.equal(await page.evaluate(() => document.activeElement.id), 'code', 'the digits are typed at once');
  await close(window);
});

test('without script the sound is a link and the stop code a plain form', async () => {
  const window = await open(browser, gallery, { language: 'kk', script: false });
  const { page } = window;
  await page.goto(gallery.address('r4', 'kk'));
  assert.match(await page.locator('#listen').getAttribute('href'), /\/registration\/sound\?v=3&language=kk$/);
  await page.goto(gallery.address('r8', 'kk'));
  assert.equal(await page.locator('form:has(#stop)').getAttribute('action'), '/stop');
  await close(window);
});
