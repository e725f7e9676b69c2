// What a person does, step by step, from the diary and back to it. Each step waits until its page is at rest and then
// calls `look(name)`, where a test may inspect the page.
import assert from 'node:assert/strict';

const nothing = async () => {};

/** Opens the diary in the window's language. */
export async function openDiary({ page, language }, demo) {
  await page.goto(`${demo.diary}/language/${language}`);
  await page.locator(`html[lang=${language}]`).waitFor();
}

/** From the diary to S1, S16 or straight on; answers the address of the flow. */
export async function startSignIn(window, demo, query = '') {
  await openDiary(window, demo);
  if (query) await window.page.goto(`${demo.diary}/sign-in?${query}`);
  else await window.page.locator('#sign-in').first().click();
  await window.page.waitForURL(/\/flow\/[^/]+\/sign-in/);
  return flowOf(window.page);
}

export const flowOf = (page) => page.url().match(/^(.*\/flow\/[^/?]+)/)[1];

/** S1 and S2: the first stage with the software signer; ends on S6 (or where the person's key leads). */
export async function signWithEds({ page }, demo, person, look = nothing) {
  await demo.signs(person);
  await look('s1');
  await page.locator('form[action$="/eds"] button').click();
  await page.waitForURL(/\/eds$/);
  await look('s2');
  await page.locator('#continue').click();
}

/** S6: reads the code at the desk and types it. `before`: how many messages there were before the first stage. */
export async function typeCode({ page }, demo, before, look = nothing) {
  await page.waitForURL(/\/confirm$/);
  const code = await demo.code(before);
  await look('s6');
  await page.locator('[name=code]').fill(code);
  await page.locator('#continue').click();
}

/** S12: agrees that this device is remembered. */
export async function bindDevice({ page }, look = nothing) {
  await page.waitForURL(/\/device$/);
  await page.locator('#bind').waitFor();
  await look('s12');
  await page.locator('#bind').click();
}

/** S17, where it comes: the person acts for the organisation of the key. */
export async function actForOrganisation({ page }, look = nothing) {
  if (!page.url().endsWith('/name')) return;
  await look('s17');
  await page.locator('#organisation').click();
}

/** S13: allows, and unless `remember` wishes to be asked again next time. */
export async function allow({ page }, look = nothing, remember = true) {
  await page.waitForURL(/\/(name|consent)$/);
  await actForOrganisation({ page }, look);
  await page.waitForURL(/\/consent$/);
  await look('s13');
  if (!remember) await page.locator('[name=remember]').uncheck();
  await page.locator('#allow').click();
}

/** Back in the diary, signed in; answers what `/me.json` says. */
export async function arrive({ page, context }, demo, look = nothing) {
  await page.waitForURL(`${demo.diary}/`);
  await page.locator('#who').waitFor();
  await look('diary-in');
  const answer = await context.request.get(`${demo.diary}/me.json`);
  assert.equal(answer.status(), 200);
  return answer.json();
}

/** The whole first sign-in of a person on a device that is not bound yet. */
export async function signInFirst(window, demo, person, look = nothing) {
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, person, look);
  await typeCode(window, demo, before, look);
  await bindDevice(window, look);
  await allow(window, look);
  return arrive(window, demo, look);
}

/** The same, and the diary has to ask again next time. */
export async function signInFirstWithoutRemembering(window, demo, person) {
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, person);
  await typeCode(window, demo, before);
  await bindDevice(window);
  await allow(window, nothing, false);
  return arrive(window, demo);
}

/** Both stages again on a bound device: the device proves itself, a remembered consent is not asked again. */
export async function signInAgain(window, demo, person, query = 'again=1') {
  await demo.untilCodeMayBeSent(person);
  const before = (await demo.messages()).length;
  await startSignIn(window, demo, query);
  await signWithEds(window, demo, person);
  await typeCode(window, demo, before);
  const onwards = (pages) => Promise.race([window.page.waitForURL(pages), window.page.waitForURL(`${demo.diary}/`)]);
  await onwards(/\/(name|consent)$/);
  await actForOrganisation(window);
  await onwards(/\/consent$/);
  if (window.page.url().endsWith('/consent')) await window.page.locator('#allow').click();
  return arrive(window, demo);
}

/** Both stages in a window that is not the person's device, eleven minutes later by the demo's clock; ends on R1 or R3. */
export async function arriveElsewhere(window, demo, person) {
  await demo.clock({ advance: 'PT11M' });
  const before = (await demo.messages()).length;
  await startSignIn(window, demo, 'again=1');
  await signWithEds(window, demo, person);
  await typeCode(window, demo, before);
  await window.page.locator('#error').waitFor();
}

/** Asserts that the page at rest is an error page with this marker, a reference and a way on. */
export async function assertErrorPage(page, marker) {
  await page.locator('#error').waitFor();
  assert.equal((await page.locator('#error').innerText()).trim(), marker);
  assert.match(await page.locator('#error-reference').innerText(), /[0-9A-Z]{4}-[0-9A-Z]{4}/);
  assert.ok((await page.locator('main a, main button, footer a').count()) > 0, 'a way on');
}
