// The diary's open page notices by itself that the provider ended the session, and says so in three languages.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { signInFirst } from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';
import { PARENT } from '../harness/people.mjs';

const TITLES = {
  kk: 'Кіру қызметі сеансыңызды аяқтады',
  ru: 'Сервис входа завершил ваш сеанс',
  en: 'You were signed out by the sign-in service',
};

let browser;
let demo;
before(async () => {
  browser = await launch();
  demo = await Demo.start();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test('the open diary notices a sign-out in another tab', async () => {
  const window = await open(browser, demo, { language: 'en' });
  try {
    const { page, context } = window;
    await signInFirst(window, demo, PARENT);
    const other = await context.newPage();
    await other.goto(`${demo.issuer}/logout`);
    await other.locator('#confirm').click();
    await other.locator('#signed-out').waitFor();
    const told = await other.locator('ul.told').innerText();
    assert.match(told, /Күнделік\s+answered/);
    await inspect({ ...window, page: other }, 's19-told');
    await other.close();
    await page.bringToFront();
    await page.locator('#signed-out-by-provider').waitFor();
    for (const [language, title] of Object.entries(TITLES)) {
      await page.locator(`#language-${language}`).click();
      await page.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' });
      assert.equal(await page.locator('h1').innerText(), title);
      await inspect(window, `diary-signed-out-${language}`);
    }
    assert.equal(await page.locator('#sign-in').count(), 1);
  } finally {
    await close(window);
  }
});
