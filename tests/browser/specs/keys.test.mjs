// K3 in three languages: a person with two keys stops one, accepts it again, then stops the one that signed them in.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { signInAgain, signInFirst, signWithEds, startSignIn } from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';
import { GRADUATE, PARENT, TEACHER } from '../harness/people.mjs';
import { assertRefusal } from '../harness/refusal.mjs';

let browser;
let demo;
const stays = [['kk', PARENT], ['ru', TEACHER], ['en', GRADUATE]].map(([language, person]) => ({ language, person }));

before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test('people sign in, and again with a new key', async () => {
  for (const stay of stays) {
    stay.window = await open(browser, demo, { language: stay.language });
    await signInFirst(stay.window, demo, stay.person);
  }
  // Whose files are gone gets another key at the next start, as one gets from the centre.
  await demo.restart(() => {
    const folder = join(demo.data, 'centre', 'people');
    const gone = readdirSync(folder).filter((file) => stays.some(({ person }) => file.startsWith(`${person.login}.`)));
    assert.ok(gone.length >= stays.length, `files of ${gone}`);
    for (const file of gone) rmSync(join(folder, file));
  });
  await demo.clock({ advance: 'PT11M' });
  for (const stay of stays) await signInAgain(stay.window, demo, stay.person);
});

for (const stay of stays) {
  test(`a key is stopped, accepted again, and the own one stopped, in ${stay.language}`, async () => {
    const { window, person } = stay;
    const { page } = window;
    await page.goto(`${demo.issuer}/cabinet/keys`);
    await page.locator('#key-2').waitFor();
    await inspect(window, 'k3-two');
    await page.locator('#stop-2').click();
    await page.locator('#confirm').waitFor();
    await inspect(window, 'k3-stop');
    await page.locator('#confirm').click();
    await page.locator('#flash').waitFor();
    assert.equal(await page.locator('#stop-2').count(), 0);
    await inspect(window, 'k3-stopped');

    await page.locator('#accept-2').click();
    await page.locator('#confirm').waitFor();
    await inspect(window, 'k3-accept');
    await page.locator('#confirm').click();
    await page.locator('#flash').waitFor();
    await page.locator('#stop-2').waitFor();
    assert.equal(await page.locator('[id^=accept-]').count(), 0);
    await inspect(window, 'k3-accepted');

    // What rests on the own key ends with it, and it signs nobody in.
    await page.locator('#stop-1').click();
    await page.locator('#confirm').waitFor();
    await inspect(window, 'k3-stop-own');
    await page.locator('#confirm').click();
    await page.locator('#signed-out').waitFor();
    await inspect(window, 'k3-signed-out');
    await startSignIn(window, demo, 'again=1');
    await signWithEds(window, demo, person);
    await assertRefusal(window, 'stopped');
    assert.match(page.url(), /\/eds\/signature$/);
    await close(window);
  });
}
