// The main job in three languages: diary, EDS through the signer, SMS code from the desk, device, consent, diary.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { openDiary, signInAgain, signInFirst } from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';
import { PARENT, TEACHER, HEAD } from '../harness/people.mjs';

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

for (const [language, person] of [['kk', PARENT], ['ru', TEACHER], ['en', HEAD]]) {
  test(`a person signs in for the first time, in ${language}`, async () => {
    const window = await open(browser, demo, { language });
    assert.equal((await window.context.request.get(`${demo.diary}/me.json`)).status(), 401);
    await openDiary(window, demo);
    await inspect(window, 'diary-out');

    const me = await signInFirst(window, demo, person.login, async (name) => {
      assert.equal(await window.page.locator('html').getAttribute('lang'), language, `language of ${name}`);
      await inspect(window, name);
    });
    assert.equal(me.acr, 'urn:kiru:acr:full-bound');
    assert.equal(me.device_bound, true);
    assert.ok(me.sub && me.name && me.device_id, JSON.stringify(me));
    assert.equal(me.role, person.role);

    const again = await signInAgain(window, demo, person.login);
    assert.deepEqual(again, me, 'the same person on the same device');
    await close(window);
  });
}
