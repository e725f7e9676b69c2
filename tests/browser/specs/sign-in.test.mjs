// The main job in three languages: diary, EDS through the signer, SMS code from the desk, device, consent, diary.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
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

const stays = [['kk', PARENT], ['ru', TEACHER], ['en', HEAD]].map(([language, person]) => ({ language, person }));

for (const stay of stays) {
  test(`a person signs in for the first time, in ${stay.language}`, async () => {
    const { language, person } = stay;
    const window = await open(browser, demo, { language });
    stay.window = window;
    assert.equal((await window.context.request.get(`${demo.diary}/me.json`)).status(), 401);
    await openDiary(window, demo);
    await inspect(window, 'diary-out');

    stay.me = await signInFirst(window, demo, person, async (name) => {
      assert.equal(await window.page.locator('html').getAttribute('lang'), language, `language of ${name}`);
      await inspect(window, name);
    });
    assert.equal(stay.me.acr, 'urn:kiru:acr:full-bound');
    assert.equal(stay.me.device_bound, true);
    assert.ok(stay.me.sub && stay.me.name && stay.me.device_id, JSON.stringify(stay.me));
    assert.equal(stay.me.role, person.role);
  });
}

for (const stay of stays) {
  test(`the bound device proves itself the next time, in ${stay.language}`, async () => {
    const beside = stay.window.page.waitForRequest(
      (request) => request.method() === 'POST' && request.url().endsWith('/confirm'),
      { timeout: 150_000 },
    );
    const again = await signInAgain(stay.window, demo, stay.person);
    const proof = new URLSearchParams((await beside).postData()).get('proof');
    assert.match(proof, /^[\w-]+\.[\w-]+\.[\w-]+$/, 'the key signs beside the code too');
    assert.deepEqual(again, stay.me, 'the same person on the same device');
    await close(stay.window);
  });
}
