// K3 in three languages. An operator stops a key as shared: it signs nobody in, and the cabinet says so until it is accepted
// again. A person with two keys stops one, accepts it again, then stops the one that signed them in.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { signInAgain, signInFirst, signWithEds, startSignIn } from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';
import { GRADUATE, PARENT, TEACHER } from '../harness/people.mjs';
import { decide, readCode, scan } from '../harness/phone.mjs';
import { ON_PHONE, assertFits, assertRefusal } from '../harness/refusal.mjs';

/** What the card of a shared key says: its state, and what to do. */
const CARD = {
  kk: ['Қабылданбайды: кілт ортақ сияқты', 'Кілт тек өзіңізде болса, мектептің немесе сервистің әкімшісіне жүгініңіз'],
  ru: ['Не принимается: похоже, ключ общий', 'Если ключ есть только у вас, обратитесь к администратору школы или сервиса'],
  en: ['Not accepted: seems to be shared', 'If nobody but you has it, ask the office of your school or service'],
};
/** What its person reads at once. */
const TOLD = { kk: /ЭЦҚ кілті мұнда енді қабылданбайды/, ru: /ключ ЭЦП здесь больше не принимается/, en: /an EDS key is no longer accepted here/ };

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

/** The id of the person's only key that is in this state, as operators see it. */
async function keyThatIs(state, { login }) {
  const lines = (await demo.operate('people', 'keys', login)).trim().split('\n');
  const found = lines.filter((line) => line.includes(`, ${state}`));
  assert.equal(found.length, 1, `${state}: ${lines.join('; ')}`);
  return found[0].split(' ')[0];
}

for (const stay of stays) {
  test(`a key that an operator stops as shared signs nobody in any more, in ${stay.language}`, async () => {
    const { person, language } = stay;
    stay.window = await open(browser, demo, { language });
    await signInFirst(stay.window, demo, person);
    const known = (await demo.messages()).length;
    stay.shared = await keyThatIs('accepted', person);
    const said = await demo.operate('people', 'stop-key', person.login, stay.shared, '--reason', 'Used in three classes');
    assert.match(said, /^stopped as shared;/);
    assert.equal(await keyThatIs('shared since ', person), stay.shared);
    await demo.messageAfter(known, TOLD[language]);

    const { page } = stay.window;
    await page.goto(`${demo.issuer}/cabinet/keys`);
    assert.equal(await page.locator('#key-1').count(), 0, 'what rested on it ended');
    const before = (await demo.messages()).length;
    await startSignIn(stay.window, demo, 'again=1');
    await signWithEds(stay.window, demo, person);
    await assertRefusal(stay.window, 'shared');
    assert.match(page.url(), /\/eds\/signature$/);

    // The same key on the phone.
    await startSignIn(stay.window, demo, 'again=1');
    await page.locator('form[action$="/egov"] button').click();
    await scan(demo, person, await readCode(browser, page.locator('svg.qr')), language);
    await decide(demo, 'sign');
    await assertRefusal(stay.window, 'shared', ON_PHONE);
    assert.equal((await demo.messages()).length, before, 'no code is sent');
  });
}

test('they sign in again with a new key', async () => {
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
  test(`the cabinet shows a key as shared until an operator accepts it again, in ${stay.language}`, async () => {
    const { window, person, language, shared } = stay;
    const { page } = window;
    await page.goto(`${demo.issuer}/cabinet/keys`);
    const card = page.locator('#key-2');
    await card.waitFor();
    const words = await card.innerText();
    for (const said of CARD[language]) assert.ok(words.includes(said), `${said}: ${words}`);
    assert.equal(await card.locator('a').count(), 0, 'its person cannot accept it');
    await assertFits(page);
    await inspect(window, 'k3-shared');

    await demo.operate('people', 'accept-key', person.login, shared, '--reason', 'Nobody else has it');
    await page.reload();
    await page.locator('#stop-2').waitFor();
  });
}

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
