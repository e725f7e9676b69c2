// S17 in three languages: the head of a school goes on for the school or for herself, a teacher for it by a power of attorney;
// the diary says what its tokens tell.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { allow, arrive, bindDevice, signInFirst, signWithEds, startSignIn, typeCode } from '../harness/journey.mjs';
import { press } from '../harness/keyboard.mjs';
import { inspect } from '../harness/look.mjs';
import { HEAD, TEACHER } from '../harness/people.mjs';

const SCHOOL = { bin: '990640000015', name: 'КММ «№ 12 мектеп-гимназиясы»' };
/** See crates/testkit/src/people.rs. */
const TEACHER_IIN = '790223300015';
const REPRESENTATIVE = {
  kk: 'Сенімхат бойынша өкіл',
  ru: 'Представитель по доверенности',
  en: 'Representative by a power of attorney',
};

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

for (const [language, chosen] of [['kk', 'organisation'], ['ru', 'myself'], ['en', 'organisation']]) {
  test(`the head of a school chooses ${chosen} by keyboard, in ${language}`, async () => {
    const demo = await Demo.start(); // a new one, where her account has no device yet
    try {
      const window = await open(browser, demo, { language });
      await choose(demo, window, chosen);
      await close(window);
    } finally {
      await demo.stop();
    }
  });
}

async function choose(demo, window, chosen) {
  const { page, language } = window;
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, HEAD);
  await typeCode(window, demo, before);
  await bindDevice(window);
  await page.waitForURL(/\/name$/);
  assert.equal(await page.locator('html').getAttribute('lang'), language);
  await inspect(window, 's17');
  await press(page, `#${chosen}`);
  await page.waitForURL(/\/consent$/);
  await inspect(window, `s13-${chosen}`);
  await page.locator('#allow').click();
  const me = await arrive(window, demo);
  assert.equal(me.role, chosen === 'organisation' ? HEAD.role : 'individual');
  const told = page.locator('#organisation');
  if (chosen === 'organisation') {
    assert.deepEqual(me.organisation, { ...SCHOOL, role: HEAD.role });
    assert.equal(await told.innerText(), `${SCHOOL.name}\n${SCHOOL.bin}`);
  } else {
    assert.equal(me.organisation, undefined);
    assert.equal(await told.count(), 0);
  }
  assert.equal(await page.locator('#representation').count(), 0);
  await inspect(window, `diary-${chosen}`);
}

/** To S17, and on in the name that is behind this button. */
async function arriveInName(demo, window, person, button) {
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, person);
  await typeCode(window, demo, before);
  await bindDevice(window);
  await window.page.waitForURL(/\/name$/);
  await inspect(window, 's17-power');
  await window.page.locator(button).click();
  await allow(window);
  return arrive(window, demo);
}

test('a teacher acts for the school by a power of attorney, and the diary says so in three languages', async () => {
  const demo = await Demo.start();
  try {
    const head = await open(browser, demo, { language: 'ru' });
    await signInFirst(head, demo, HEAD);
    await givesPower(demo, head);
    await close(head);

    const window = await open(browser, demo, { language: 'kk' });
    const me = await arriveInName(demo, window, TEACHER, '#power-1');
    assert.deepEqual(me.organisation, { ...SCHOOL, role: 'representative' });
    assert.equal(me.representation.kind, 'power_of_attorney');
    assert.deepEqual(me.representation.principal, { kind: 'organisation', ...SCHOOL, sub: null });
    const { page } = window;
    for (const [language, role] of Object.entries(REPRESENTATIVE)) {
      await page.goto(`${demo.diary}/language/${language}`);
      await page.locator(`html[lang=${language}]`).waitFor();
      assert.equal(await page.locator('#organisation').innerText(), `${SCHOOL.name}\n${SCHOOL.bin}\n${role}`);
      const representation = await page.locator('#representation').innerText();
      assert.ok(representation.startsWith(`${SCHOOL.name}\n`) && /: \d\d\.\d\d\.\d{4} \d\d:\d\d$/.test(representation), representation);
      const end = await page.locator('#power-until').getAttribute('datetime');
      assert.equal(Date.parse(end) / 1000, me.representation.until);
      await inspect({ ...window, language }, 'diary-power');
    }
    await close(window);
  } finally {
    await demo.stop();
  }
});

/** The head's page of powers: the teacher may act for the school for a month. */
async function givesPower(demo, { page }) {
  await page.goto(`${demo.issuer}/cabinet/powers/give`);
  await page.locator('#iin').fill(TEACHER_IIN);
  await page.locator('#for-organisation').check();
  await page.locator('#until').fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 19));
  await page.locator('#confirm').click();
  await page.locator('#power-given-1').waitFor();
}
