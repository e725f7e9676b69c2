// S17 in three languages: the head of a school goes on for the school or for herself.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { arrive, bindDevice, signWithEds, startSignIn, typeCode } from '../harness/journey.mjs';
import { press } from '../harness/keyboard.mjs';
import { inspect } from '../harness/look.mjs';
import { HEAD } from '../harness/people.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

for (const [language, chosen] of [['kk', 'organisation'], ['ru', 'myself'], ['en', 'organisation']]) {
  test(`the head of a school chooses ${chosen} by keyboard, in ${language}`, async () => {
    const demo = await Demo.start(); // a new one, where her account has no device yet
    try {
      const window = await open(browser, demo, { language });
      await choose(demo, window, chosen);
      await close(window);
    } finally {
      await demo.stop();
    }
  });
}

async function choose(demo, window, chosen) {
  const { page, language } = window;
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, HEAD);
  await typeCode(window, demo, before);
  await bindDevice(window);
  await page.waitForURL(/\/name$/);
  assert.equal(await page.locator('html').getAttribute('lang'), language);
  await inspect(window, 's17');
  await press(page, `#${chosen}`);
  await page.waitForURL(/\/consent$/);
  await inspect(window, `s13-${chosen}`);
  await page.locator('#allow').click();
  const me = await arrive(window, demo);
  assert.equal(me.role, chosen === 'organisation' ? HEAD.role : 'individual');
}
