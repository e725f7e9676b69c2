// The edges of the hours of registration and of the forty-eight hours after one, in Chromium in three languages. The demo's
// clock stands while a page is asked there, so that a slow machine changes nothing.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { arrive, arriveElsewhere, assertErrorPage, flowOf, signInFirst, signWithEds, startSignIn, typeCode } from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';
import { pictureDigits } from '../harness/picture.mjs';
import { GRADUATE, PARENT, TEACHER } from '../harness/people.mjs';

const HOUR = 3_600_000;

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const standAt = (now) => demo.clock({ now, stands: 'on' });

/** R1 again, and from there to R2 or R4, at this instant exactly. */
async function registerAt({ page }, now) {
  const flow = flowOf(page);
  await standAt(now);
  await page.goto(`${flow}/device`);
  await page.locator('#register').click();
  await page.waitForURL(/\/registration$/);
}

/** From R4 to R5. */
async function typePicture({ page }) {
  await page.locator('#new-picture').waitFor();
  await page.locator('[name=code]').fill(pictureDigits(demo));
  await page.locator('#continue').click();
  await page.locator('#agree').waitFor();
}

async function assertClosedUntil({ page }, opens) {
  await assertErrorPage(page, 'registration_window_closed');
  assert.equal(Date.parse(await page.locator('main time[datetime]').first().getAttribute('datetime')), Date.parse(opens));
  assert.equal(await page.locator('#agree, #new-picture, #register').count(), 0, 'nothing can be begun or finished');
}

const stays = [['en', GRADUATE, '2026-11-30'], ['kk', PARENT, '2026-12-07'], ['ru', TEACHER, '2026-12-14']];
for (const [language, person, day] of stays) {
  const next = new Date(Date.parse(day) + 24 * HOUR).toISOString().slice(0, 10);
  const at = (time) => `${day}T${time}+05:00`;

  test(`the hours begin and end to the second, and forty-eight hours too, in ${language}`, async () => {
    await demo.clock({ now: at('08:45:00') });
    const old = await open(browser, demo, { language });
    const me = await signInFirst(old, demo, person);
    const fresh = await open(browser, demo, { language });

    // In the morning.
    await arriveElsewhere(fresh, demo, person);
    await registerAt(fresh, at('08:59:59'));
    await assertClosedUntil(fresh, at('09:00:00'));
    await registerAt(fresh, at('09:00:00'));
    await fresh.page.locator('#new-picture').waitFor();

    // In the evening: what began in the last second is not finished after it.
    await demo.clock({ now: at('17:40:00') });
    await arriveElsewhere(fresh, demo, person);
    await registerAt(fresh, at('17:59:59'));
    await typePicture(fresh);
    const told = (await demo.messages()).length;
    await standAt(at('18:00:00'));
    await fresh.page.locator('#agree').click();
    await assertClosedUntil(fresh, `${next}T09:00:00+05:00`);
    await inspect(fresh, 'r2');
    await fresh.page.locator('#remind').click();
    await fresh.page.locator('#reminded').waitFor();
    await inspect(fresh, 'r2-reminded');
    // Nor does anything begin.
    await registerAt(fresh, at('18:00:00'));
    await assertClosedUntil(fresh, `${next}T09:00:00+05:00`);

    // Nobody is told of a device, and the old one works: where it is signed in, and for a whole sign-in.
    assert.equal((await demo.messages()).length, told);
    assert.deepEqual(await (await old.context.request.get(`${demo.diary}/me.json`)).json(), me);
    await demo.clock({ advance: 'PT11M' });
    const before = (await demo.messages()).length;
    await startSignIn(old, demo, 'again=1');
    await signWithEds(old, demo, person);
    await typeCode(old, demo, before);
    assert.deepEqual(await arrive(old, demo), me);

    // The next day the reminder comes, and forty-eight hours begin at the instant of agreeing.
    const sent = (await demo.messages()).length;
    await demo.clock({ now: `${next}T09:00:00+05:00` });
    assert.doesNotMatch(await demo.messageAfter(sent, /\S/), /\d{6}/);
    await demo.clock({ now: `${next}T10:00:00+05:00` });
    await arriveElsewhere(fresh, demo, person);
    const agreed = `${next}T10:20:00+05:00`;
    await registerAt(fresh, agreed);
    await typePicture(fresh);
    await fresh.page.locator('#agree').click();
    await fresh.page.locator('#rename').waitFor({ state: 'attached' });
    const end = Date.parse(agreed) + 48 * HOUR;
    assert.equal(Date.parse(await fresh.page.locator('time[datetime]').first().getAttribute('datetime')), end);
    const third = await open(browser, demo, { language });
    await demo.clock({ now: new Date(end - HOUR / 4).toISOString() });
    await arriveElsewhere(third, demo, person);
    await standAt(new Date(end - 1000).toISOString());
    await third.page.reload();
    await assertErrorPage(third.page, 'only_newest_device');
    assert.equal(await third.page.locator('#register').count(), 0);
    await registerAtEnd(third, end);
    for (const window of [old, fresh, third]) await close(window);
  });
}

/** When the forty-eight hours are over, the next device may be registered. */
async function registerAtEnd(window, end) {
  await standAt(new Date(end).toISOString());
  await window.page.reload();
  await assertErrorPage(window.page, 'bound_elsewhere');
  await window.page.locator('#register').click();
  await window.page.locator('#new-picture').waitFor();
}
