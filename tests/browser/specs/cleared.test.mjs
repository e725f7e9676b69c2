// A browser that kept one half of what remembers a device (product A7) is told that its data was cleared, not that the
// account is bound elsewhere; and somebody else of the family may sign in there.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { allow, arrive, bindDevice, signInFirst, signWithEds, startSignIn, typeCode } from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';
import { GRADUATE, PARENT, TEACHER } from '../harness/people.mjs';

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function bothStages(window, person) {
  await demo.untilCodeMayBeSent(person);
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, person);
  await typeCode(window, demo, before);
  await window.page.locator('#error').waitFor();
}

const marker = (window) => window.page.locator('#error').innerText();

test('whoever lost the cookies or the key reads that the data was cleared, and another person goes on from there', async () => {
  const [cookieless, keyless] = await Promise.all([open(browser, demo, { language: 'ru' }), open(browser, demo, { language: 'kk' })]);
  await signInFirst(cookieless, demo, PARENT);
  await signInFirst(keyless, demo, TEACHER);

  await cookieless.context.clearCookies();
  await bothStages(cookieless, PARENT);
  await cookieless.page.waitForURL(/\/device\?key=kept$/);
  assert.equal(await marker(cookieless), 'browser_data_cleared');
  await inspect(cookieless, 'r1-cookie-lost');

  const jar = (await keyless.context.cookies()).filter(({ name }) => name.startsWith('__Host-kiru_device_'));
  assert.equal(jar.length, 1);
  await keyless.page.goto(`${demo.issuer}/help`);
  await keyless.page.evaluate(() => new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase('kiru');
    request.onsuccess = resolve;
    request.onerror = request.onblocked = reject;
  }));
  await keyless.context.clearCookies();
  await keyless.context.addCookies(jar);
  await bothStages(keyless, TEACHER);
  assert.equal(await marker(keyless), 'browser_data_cleared');
  await inspect(keyless, 'r1-key-lost');

  // The same browser, another member of the family: from R1 to a sign-in of one's own.
  const before = (await demo.messages()).length;
  await cookieless.page.locator('#other').click();
  await cookieless.page.waitForURL(/\/sign-in\?way=other$/);
  await signWithEds(cookieless, demo, GRADUATE);
  await typeCode(cookieless, demo, before);
  await bindDevice(cookieless);
  await allow(cookieless);
  assert.equal((await arrive(cookieless, demo)).device_bound, true);
  for (const window of [cookieless, keyless]) await close(window);
});
