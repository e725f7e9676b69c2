// Registering a new device in Chromium in three languages, and by keyboard alone; hours.test.mjs has the edges of the hours.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { actForOrganisation, arrive, arriveElsewhere, assertErrorPage, signInFirst } from '../harness/journey.mjs';
import { press, reach } from '../harness/keyboard.mjs';
import { inspect } from '../harness/look.mjs';
import { pictureDigits } from '../harness/picture.mjs';
import { ALICE, HEAD, PARENT, TEACHER } from '../harness/people.mjs';

const MORNING = '2026-11-27T10:00:00+05:00';

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
  await demo.clock({ now: MORNING });
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** From R1 to R4. */
async function wantRegistration({ page }) {
  await page.locator('#register').click();
  await page.waitForURL(/\/registration$/);
}

const stays = [['kk', PARENT], ['ru', TEACHER], ['en', HEAD]].map(([language, person]) => ({ language, person }));
for (const { language, person } of stays) {
  test(`a person registers a new device, and the old one is signed out before their eyes, in ${language}`, async () => {
    const old = await open(browser, demo, { language });
    await signInFirst(old, demo, person);
    const fresh = await open(browser, demo, { language, width: 360 });
    await arriveElsewhere(fresh, demo, person);
    await assertErrorPage(fresh.page, 'bound_elsewhere');
    await inspect(fresh, 'r1');
    await wantRegistration(fresh);
    await fresh.page.locator('#new-picture').waitFor();
    await inspect(fresh, 'r4');
    await fresh.page.locator('[name=code]').fill('000000' === pictureDigits(demo) ? '000001' : '000000');
    await fresh.page.locator('#continue').click();
    await fresh.page.locator('#code-error').waitFor();
    if (language === 'ru') {
      // Instead of reading a picture.
      await fresh.page.locator('#eds').click();
      await fresh.page.waitForURL(/\/registration\/eds$/);
      await fresh.page.locator('#continue').click();
    } else {
      await fresh.page.locator('[name=code]').fill(pictureDigits(demo));
      await fresh.page.locator('#continue').click();
    }
    await fresh.page.locator('#agree').waitFor();
    await inspect(fresh, 'r5');
    const told = (await demo.messages()).length;
    await fresh.page.locator('#agree').click();
    await fresh.page.locator('#rename').waitFor({ state: 'attached' });
    await inspect(fresh, 'r6');
    await fresh.page.locator('#continue').click();
    // In whose name is asked at each sign-in; what was agreed to stays agreed to.
    await fresh.page.waitForURL(({ href }) => href.endsWith('/name') || href === `${demo.diary}/`);
    await actForOrganisation(fresh);
    const me = await arrive(fresh, demo);
    assert.equal(me.device_bound, true);
    // The person is told, with a stop code; the old window notices by itself.
    await demo.messageAfter(told, /\d{4} \d{4} \d{4} \d{4}/);
    await old.page.locator('#signed-out-by-provider').waitFor({ timeout: 10_000 });
    assert.equal((await old.context.request.get(`${demo.diary}/me.json`)).status(), 401);
    await arriveElsewhere(old, demo, person);
    await assertErrorPage(old.page, 'only_newest_device');
    assert.equal(await old.page.locator('#register').count(), 0);
    await inspect(old, 'r3');
    await close(old);
    await close(fresh);
  });
}

test('the keyboard alone registers a device', async () => {
  await demo.clock({ now: '2026-12-07T10:00:00+05:00' });
  const old = await open(browser, demo);
  await signInFirst(old, demo, ALICE);
  const fresh = await open(browser, demo);
  await arriveElsewhere(fresh, demo, ALICE);
  const { page } = fresh;
  await press(page, '#register');
  await page.locator('#new-picture').waitFor();
  // The field has the focus already; from what stands before it, it is reached all the same.
  assert.equal(await page.evaluate(() => document.activeElement.id), 'code');
  await reach(page, '#new-picture', 'Shift+Tab');
  await reach(page, '#code');
  await page.keyboard.type(pictureDigits(demo));
  await page.keyboard.press('Enter');
  await press(page, '#agree');
  await page.locator('#rename').waitFor({ state: 'attached' });
  await press(page, '#continue');
  const me = await arrive(fresh, demo);
  assert.equal(me.device_bound, true);
  await close(old);
  await close(fresh);
});
