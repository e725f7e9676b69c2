// No credential and nothing personal in addresses, Referer headers or what scripts can keep (SE-17): a whole sign-in with
// mistakes, a second one by single sign-on, a refusal, a sign-out.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { allow, arrive, bindDevice, signWithEds, startSignIn, typeCode } from '../harness/journey.mjs';
import { EXPIRED_KEY, TEACHER } from '../harness/people.mjs';
import { found, keptBy, tracesOf } from '../harness/traces.mjs';

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** What crates/testkit/src/people.rs says about the teacher and about whoever's key has expired. */
const PERSONAL = ['790223300015', '7990000012', 'Ахметов', 'АХМЕТОВ', 'Нұрлан', 'Бекенұлы', 'Irina', 'Ирина', EXPIRED_KEY.phone.slice(2)];

/** A page of the provider keeps nothing but, after binding, one key that cannot leave. */
async function assertNothingKept(page, place) {
  const { databases, ...rest } = await keptBy(page);
  assert.deepEqual(rest, { local: {}, session: {}, caches: [], cookies: '', state: null, name: '' }, place);
  for (const [key, value] of Object.values(databases).flat()) {
    assert.match(key, /^[0-9a-f]{32}$/, place);
    assert.deepEqual(value, { privateKey: 'private key', publicKey: 'public key, extractable' }, place);
  }
  assert.deepEqual(Object.keys(databases).filter((name) => name !== 'kiru/keys'), [], place);
  return (databases['kiru/keys'] ?? []).length;
}

/** Wrong key, wrong code, then everything right. */
async function signsInWithMistakes(window, look) {
  const { page } = window;
  await startSignIn(window, demo);
  await signWithEds(window, demo, EXPIRED_KEY, look);
  await page.locator('[role=alert]').waitFor();
  await look('s2-expired');
  const before = (await demo.messages()).length;
  await demo.signs(TEACHER);
  await page.locator('#continue').click();
  await page.waitForURL(/\/confirm$/);
  const right = await demo.code(before);
  await page.locator('[name=code]').fill(right === '000000' ? '000001' : '000000');
  await page.locator('#continue').click();
  await page.locator('[role=alert]').waitFor();
  await look('s6-error');
  await typeCode(window, demo, before, look);
  await bindDevice(window, look);
  await allow(window, look);
  await arrive(window, demo);
  return right;
}

test('a whole sign-in leaves nothing personal and no credential in addresses, Referer or storage', async () => {
  const window = await open(browser, demo, { language: 'ru' });
  const { page, context } = window;
  const traces = tracesOf(window);
  const jar = new Set();
  let keys = 0;
  const look = async (place) => {
    keys = await assertNothingKept(page, place);
    for (const { name, value } of await context.cookies(demo.issuer)) if (name.startsWith('__Host-') && value.length > 20) jar.add(value);
  };
  const code = await signsInWithMistakes(window, look);
  assert.equal(keys, 1, 'the key of the device');

  // Single sign-on with a proof of the device, a sign-out, then somebody who does not want to.
  await page.locator('#sign-in-again').click();
  await arrive(window, demo);
  await page.locator('#sign-out').click();
  await page.waitForURL((url) => url.pathname === '/logout' || url.pathname === '/signed-out');
  if (page.url().startsWith(demo.issuer)) {
    await look('logout');
    await page.locator('#confirm').click();
    await page.locator('#signed-out').waitFor();
  }
  await startSignIn(window, demo);
  await look('s1');
  await page.locator('#cancel').click();
  await page.waitForURL(/\/callback\?/);
  // And a request that is refused on a page.
  await page.goto(`${demo.issuer}/authorize?client_id=diary&redirect_uri=https%3A%2F%2Fevil.invalid%2F`);
  await look('x7');
  await traces.settle();

  const posted = traces.posted.filter(({ value }) => value.length >= 6);
  const fields = new Set(posted.map(({ name }) => name));
  for (const field of ['csrf', 'signature', 'code', 'public_key', 'proof']) assert.ok(fields.has(field), `${field} was posted`);
  assert.ok(jar.size >= 3, 'cookies of flow, device and session');
  const secrets = [...PERSONAL, ...jar, code, ...new Set(posted.filter(({ name }) => name !== 'reason').map(({ value }) => value))];
  // RFC 6749 §4.1.2: the code travels in one address, the client's, and no further.
  const callbacks = traces.addresses.filter((address) => address.startsWith(`${demo.diary}/callback?`));
  const codes = new Set(callbacks.map((address) => new URL(address).searchParams.get('code')).filter(Boolean));
  assert.equal(codes.size, 2, 'two sign-ins');
  const others = traces.addresses.filter((address) => !callbacks.includes(address));
  assert.deepEqual(found([...codes], [...others, ...traces.referers]), []);
  for (const callback of callbacks) {
    const names = [...new URL(callback).searchParams.keys()].filter((name) => !['code', 'state', 'iss', 'error', 'error_description'].includes(name));
    assert.deepEqual(names, [], callback);
  }
  assert.deepEqual(found(secrets, [...traces.addresses, ...traces.referers]), []);
  assert.deepEqual(traces.referers.filter((referer) => referer.startsWith(demo.issuer)), [], 'the provider sends no Referer');
  await close(window);
});
