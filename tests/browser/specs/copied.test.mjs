// Everything that a script can carry away from the bound browser, put into another Chromium profile.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { after, before, test } from '../harness/bounds.mjs';
import { close, openProfile } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { arrive, openDiary, signInFirst } from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';
import { PARENT, TEACHER } from '../harness/people.mjs';
import { carryAway, putInto } from '../harness/theft.mjs';

let demo;
let folder;
before(async () => {
  [demo, folder] = await Promise.all([Demo.start(), mkdtemp(join(tmpdir(), 'kiru-profiles-'))]);
});
after(async () => {
  for (const { context } of opened) await context.close();
  await demo?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const opened = [];
async function profile(name) {
  const window = await openProfile(join(folder, name), demo);
  opened.push(window);
  return window;
}
const isIn = async (window) => (await window.context.request.get(`${demo.diary}/me.json`)).status() === 200;

/** Goes to the diary and presses the button; what follows is the provider's session that came with the cookies. */
async function comeBack(window) {
  await openDiary(window, demo);
  await window.page.locator('#sign-in').first().click();
}

async function assertRefused(window, marker) {
  await window.page.locator('#error').waitFor();
  await window.page.waitForLoadState('networkidle');
  assert.equal(await window.page.locator('#error').innerText(), marker);
  assert.equal(await window.page.locator('#bind, #allow').count(), 0, 'neither binding nor consent is offered');
  assert.equal(await isIn(window), false);
}

test('another Chromium profile with the cookie jar, Web Storage and the rows of IndexedDB copied is refused', async () => {
  const own = await profile('own');
  await signInFirst(own, demo, PARENT);
  const copy = await carryAway(own, demo);

  // The rule: the only thing kept beside cookies is a pair of keys, and its private half stays.
  assert.ok(copy.cookies.some(({ name }) => name.startsWith('__Host-kiru_device_')), 'the device cookie is copied too');
  assert.deepEqual({ local: copy.local, session: copy.session, scripted: copy.scripted }, { local: {}, session: {}, scripted: '' });
  assert.equal(copy.rows.length, 1);
  assert.deepEqual(Object.keys(copy.rows[0].parts).sort(), ['privateKey', 'publicKey']);
  assert.ok(copy.rows[0].parts.publicKey.key.jwk, 'what may be exported is');
  assert.equal(copy.rows[0].parts.privateKey.key.jwk, undefined);
  assert.deepEqual(copy.refused, ['jwk', 'pkcs8', 'wrapped'].map((way) => `private ${way}: InvalidAccessError`));

  const thief = await profile('thief');
  await putInto(thief, demo, copy);
  await comeBack(thief);
  await assertRefused(thief, 'browser_data_cleared');
  await inspect(thief, 'r1-copied');
  await close(thief);

  // The same with a private key of the thief's own in the place of the one that stayed: the page signs with it.
  const { privateKey } = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const forged = structuredClone(copy);
  forged.rows[0].parts.privateKey.key.jwk = await webcrypto.subtle.exportKey('jwk', privateKey);
  const forger = await profile('forger');
  await putInto(forger, demo, forged);
  await comeBack(forger);
  await assertRefused(forger, 'bound_elsewhere');
  await close(forger);

  // Whoever was copied goes on without a stage.
  await openDiary(own, demo);
  await own.page.locator('#sign-in-again').click();
  assert.equal((await arrive(own, demo)).device_bound, true);
  await close(own);
});

test('the key is what is missing: the same copy with it would be let in', async () => {
  const own = await profile('leaky');
  // A browser whose key leaves it while it is made.
  await own.context.addInitScript(() => {
    const { subtle } = crypto;
    const make = subtle.generateKey.bind(subtle);
    SubtleCrypto.prototype.generateKey = async (algorithm, extractable, usages) => {
      if (algorithm.name !== 'ECDSA') return make(algorithm, extractable, usages);
      const pair = await make(algorithm, true, usages);
      const leaked = await subtle.exportKey('jwk', pair.privateKey);
      localStorage.setItem('leaked', JSON.stringify(leaked));
      return { publicKey: pair.publicKey, privateKey: await subtle.importKey('jwk', leaked, algorithm, extractable, ['sign']) };
    };
  });
  await signInFirst(own, demo, TEACHER);
  const copy = await carryAway(own, demo);
  copy.rows[0].parts.privateKey.key.jwk = JSON.parse(copy.local.leaked);
  const thief = await profile('with-key');
  await putInto(thief, demo, copy);
  await comeBack(thief);
  assert.equal((await arrive(thief, demo)).device_bound, true);
  await close(thief);
  await close(own);
});
