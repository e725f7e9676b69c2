// Budgets of the sign-in (bytes on the wire, scripts, requests), the pages' policy, and what a page may open.
import assert from 'node:assert/strict';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { openDiary, signWithEds, startSignIn } from '../harness/journey.mjs';
import { GRADUATE, HEAD, PARENT, TEACHER } from '../harness/people.mjs';
import { scales } from '../harness/weigh.mjs';

let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const KB = 1024;
const FIRST = { all: 50 * KB, script: 12 * KB, requests: 8 };
const NEXT = { all: 10 * KB, script: 8 * KB, requests: 4 };

function assertWithin(weight, budget, page) {
  console.log(`# ${page}: ${weight.all} bytes, of which scripts ${weight.script}, in ${weight.requests} requests`);
  for (const measure of ['all', 'script', 'requests']) {
    assert.ok(weight[measure] <= budget[measure], `${page}: ${measure} ${weight[measure]} > ${budget[measure]}\n${weight.list}`);
  }
}

for (const [language, person] of [['kk', PARENT], ['ru', TEACHER], ['en', HEAD]]) {
  test(`the first page and the steps after it keep their budgets, in ${language}`, async () => {
    const window = await open(browser, demo, { language });
    const { page } = window;
    await openDiary(window, demo);
    const scale = await scales(page);
    await page.locator('#sign-in').first().click();
    await page.waitForURL(/\/sign-in/);
    await page.waitForLoadState('networkidle');
    const address = page.url();
    scale.empty();
    await page.context().newCDPSession(page).then((session) => session.send('Network.clearBrowserCache'));
    await page.reload();
    await page.waitForLoadState('networkidle');
    assert.equal(page.url(), address);
    assertWithin(scale.total(), FIRST, `S1 ${language}`);

    scale.empty();
    await page.locator('form[action$="/eds"] button').click();
    await page.waitForURL(/\/eds$/);
    await page.waitForLoadState('networkidle');
    assertWithin(scale.total(), NEXT, `S2 ${language}`);

    scale.empty();
    await demo.signs(person);
    await page.locator('#continue').click();
    await page.waitForURL(/\/confirm$/);
    await page.waitForLoadState('networkidle');
    assertWithin(scale.total(), NEXT, `S6 ${language}`);
    await close(window);
  });
}

test('the first page is usable within three seconds on a slow phone, and does not jump', async () => {
  const window = await open(browser, demo, { language: 'kk', width: 360 });
  const { page } = window;
  await startSignIn(window, demo);
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.clearBrowserCache');
  await session.send('Network.emulateNetworkConditions', {
    offline: false, latency: 400, downloadThroughput: (400 * 1000) / 8, uploadThroughput: (400 * 1000) / 8,
  });
  await page.addInitScript(() => {
    globalThis.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifted += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  const started = Date.now();
  await page.reload({ waitUntil: 'commit' });
  await page.locator('form[action$="/eds"] button').waitFor();
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
  const usable = Date.now() - started;
  await page.waitForLoadState('load');
  const shifted = await page.evaluate(() => globalThis.shifted);
  console.log(`# S1 at 400 kbit/s: usable after ${usable} ms, layout shift ${shifted.toFixed(3)}`);
  assert.ok(usable <= 3000, `usable after ${usable} ms`);
  assert.ok(shifted < 0.05, `layout shift ${shifted}`);
  await close(window);
});

test('the pages say what they may load, and only the signing page may open the signer', async () => {
  const window = await open(browser, demo);
  await startSignIn(window, demo);
  const first = (await window.page.reload()).headers();
  const policy = first['content-security-policy'];
  for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"]) {
    assert.ok(policy.includes(part), `${part} in ${policy}`);
  }
  assert.ok(policy.includes(`form-action 'self' ${new URL(demo.diary).origin}`), policy);
  assert.ok(!policy.includes('ws:') && !policy.includes('unsafe'), policy);
  assert.match(first['cache-control'], /no-store/);
  assert.equal(first['referrer-policy'], 'no-referrer');

  await window.page.locator('form[action$="/eds"] button').click();
  await window.page.waitForURL(/\/eds$/);
  const signing = (await window.page.reload()).headers()['content-security-policy'];
  assert.match(signing, new RegExp(`connect-src 'self' ${demo.signer.replace(/[.*+?]/g, '\\$&')}`));
  await close(window);
});

test('the key of the device cannot leave the browser', async () => {
  const window = await open(browser, demo);
  const before = (await demo.messages()).length;
  await startSignIn(window, demo);
  await signWithEds(window, demo, GRADUATE);
  await window.page.waitForURL(/\/confirm$/);
  await window.page.locator('[name=code]').fill(await demo.code(before));
  await window.page.locator('#continue').click();
  await window.page.locator('#bind').click();
  await window.page.waitForURL(/\/consent$/);
  const outcomes = await window.page.evaluate(async () => {
    const keys = [];
    const visit = (value) => {
      if (value instanceof CryptoKey) keys.push(value);
      else if (value && typeof value === 'object') Object.values(value).forEach(visit);
    };
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      for (const store of database.objectStoreNames) {
        const rows = await new Promise((resolve, reject) => {
          const request = database.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        rows.forEach(visit);
      }
    }
    const formats = ['jwk', 'pkcs8'];
    return Promise.all(keys.filter((key) => key.type === 'private').map(async (key) => ({
      extractable: key.extractable,
      algorithm: key.algorithm.namedCurve,
      exported: (await Promise.all(formats.map((format) =>
        crypto.subtle.exportKey(format, key).then(() => format, () => undefined)))).filter(Boolean),
    })));
  });
  assert.ok(outcomes.length > 0, 'a private key is kept');
  for (const outcome of outcomes) assert.deepEqual(outcome, { extractable: false, algorithm: 'P-256', exported: [] });
  await close(window);
});
