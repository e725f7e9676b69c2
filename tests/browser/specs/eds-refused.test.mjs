// S2 after signatures that let nobody in: each reason in three languages, by its words and with one way on.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { openDiary, signInFirst, signWithEds, startSignIn } from '../harness/journey.mjs';
import { ALICE, EXPIRED_KEY, GOST_KEY, GRADUATE, PARENT, REVOKED_KEY, TEACHER } from '../harness/people.mjs';
import { assertRefusal } from '../harness/refusal.mjs';

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const STAYS = [['kk', PARENT], ['ru', TEACHER], ['en', GRADUATE]];
const isIn = async (window) => (await window.context.request.get(`${demo.diary}/me.json`)).status() === 200;

/** What the desk says about the key that signs next. */
const key = (word) => demo.post('/signer/key', { key: word });

for (const [language] of STAYS) {
  for (const [why, word, person] of [
    ['expired', 'own', EXPIRED_KEY],
    ['revoked', 'own', REVOKED_KEY],
    ['wrong-kind', 'system', ALICE],
    ['not-yet-valid', 'not_yet', ALICE],
    ['unknown-centre', 'other_centre', ALICE],
    ['try-later', 'unchecked', GOST_KEY],
  ]) {
    test(`a key is refused as ${why}, in ${language}`, async () => {
      const window = await open(browser, demo, { language });
      const before = (await demo.messages()).length;
      await startSignIn(window, demo);
      await key(word);
      await signWithEds(window, demo, person);
      await assertRefusal(window, why);
      assert.match(window.page.url(), /\/eds\/signature$/);
      await key('own');
      assert.equal((await demo.messages()).length, before, 'no code is sent');
      assert.equal(await isIn(window), false);
      if (word !== 'own' && language === 'en') await goOn(window, person);
      await close(window);
    });
  }
}

/** The way on is the same button, with a key that is good; once a person, for codes by SMS are few. */
async function goOn({ page }, person) {
  await demo.signs(person);
  await page.locator('#continue').click();
  await page.waitForURL(/\/confirm$/);
}

for (const [language, person] of STAYS) {
  test(`where the service expects whoever is signed in, the key of another is refused, in ${language}`, async () => {
    const window = await open(browser, demo, { language });
    const { page } = window;
    await signInFirst(window, demo, person);
    await page.goto(await requestFor(window));
    await page.waitForURL(/\/flow\/[^/]+\/sign-in/);
    await signWithEds(window, demo, ALICE);
    await assertRefusal(window, 'other-person');
    await close(window);
  });
}

/** The diary's own request to sign in again, for the person to whom its session belongs. */
async function requestFor(window) {
  const { request } = window.context;
  const goes = async (path) => new URL((await request.get(`${demo.diary}${path}`, { maxRedirects: 0 })).headers().location);
  const asks = await goes('/sign-in?again=1');
  asks.searchParams.set('code_challenge', createHash('sha256').update(randomBytes(32)).digest('base64url'));
  const hint = (await goes('/sign-out')).searchParams.get('id_token_hint');
  assert.ok(hint, 'the diary names its session');
  asks.searchParams.set('id_token_hint', hint);
  await openDiary(window, demo);
  return asks.href;
}
