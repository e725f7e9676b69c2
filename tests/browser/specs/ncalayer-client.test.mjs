// The public package `ncalayer-js-client` drives the demo's signer, so that the protocol is not only ours; the provider
// accepts what it gets.
import assert from 'node:assert/strict';
import client from 'ncalayer-js-client';

import { after, before, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { Demo } from '../harness/demo.mjs';
import { startSignIn } from '../harness/journey.mjs';
import { GOST_KEY, PARENT } from '../harness/people.mjs';

const { NCALayerClient } = client;
let browser;
let demo;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** A connected client of the package; without its other, HTTP way to sign. */
async function connected(person) {
  await demo.signs(person);
  await answers('at_once');
  const layer = new NCALayerClient(demo.signer, false);
  assert.match(await layer.connect(), /^\d+\.\d+/);
  assert.equal(layer.isKmd, false, 'an unknown module is refused');
  return layer;
}

const answers = (mode) => demo.post('/signer/mode', { mode });

/** S2 takes a signature that `sign` makes over its challenge, and the first stage is proven. */
async function provesPerson(sign) {
  const window = await open(browser, demo);
  const { page } = window;
  await startSignIn(window, demo);
  await page.locator('form[action$="/eds"] button').click();
  await page.waitForURL(/\/eds$/);
  const signature = await sign(await page.locator('#eds').getAttribute('data-challenge'));
  await page.evaluate((text) => {
    const form = document.getElementById('eds-form');
    form.elements.signature.value = text;
    form.submit();
  }, signature);
  await page.waitForURL(/\/confirm$/);
  await close(window);
}

const { basicsStoragePKCS12, basicsStorageAll, basicsSignerTestAny, basicsSignerSignPerson, basicsSignerSignOrg } = NCALayerClient;
const attached = { decode: true, encapsulate: true, digested: false };

for (const person of [PARENT, GOST_KEY]) {
  test(`the newer module signs with the key of ${person.login}, and the provider accepts it`, async () => {
    const layer = await connected(person);
    await provesPerson((challenge) => layer.basicsSignCMS(basicsStorageAll, challenge, attached, basicsSignerTestAny, 'kk'));
  });

  test(`the older module signs with the key of ${person.login}, and the provider accepts it`, async () => {
    const layer = await connected(person);
    assert.deepEqual(await layer.getActiveTokens(), []);
    await layer.changeLocale('ru');
    const { pem, subjectDn } = await layer.getKeyInfo('PKCS12');
    assert.match(pem, /^-----BEGIN CERTIFICATE-----/);
    assert.match(subjectDn, /SERIALNUMBER=IIN\d{12}/);
    await provesPerson((challenge) => layer.createCAdESFromBase64('PKCS12', challenge, 'SIGNATURE', true));
  });

  test(`a detached signature with the key of ${person.login} is accepted too`, async () => {
    const layer = await connected(person);
    const detached = NCALayerClient.basicsCMSParamsDetachedNoTSP;
    await provesPerson((challenge) => layer.basicsSignCMS(basicsStoragePKCS12, challenge, detached, basicsSignerSignPerson));
  });
}

test('several documents come back as several signatures', async () => {
  const layer = await connected(PARENT);
  const documents = ['one', 'two', 'three'].map((text) => Buffer.from(text).toString('base64'));
  const signatures = await layer.basicsSignCMS(basicsStorageAll, documents, attached, basicsSignerTestAny);
  assert.equal(signatures.length, 3);
  for (const signature of signatures) assert.match(signature, /^-----BEGIN CMS-----/);
});

test('a closed window is a cancellation in both modules', async () => {
  const layer = await connected(PARENT);
  await answers('cancel');
  await assert.rejects(layer.basicsSignCMS(basicsStorageAll, 'AAAA', attached, basicsSignerTestAny), { canceledByUser: true });
  await assert.rejects(layer.createCAdESFromBase64('PKCS12', 'AAAA', 'SIGNATURE', true), /action\.canceled/);
});

test('a key that is not allowed cannot be chosen, and failures have codes', async () => {
  const layer = await connected(PARENT);
  await assert.rejects(layer.basicsSignCMS(basicsStorageAll, 'AAAA', attached, basicsSignerSignOrg), { canceledByUser: true });
  await assert.rejects(layer.createCAdESFromBase64('AKKaztokenStore', 'AAAA'), /storage\.empty/);
  await assert.rejects(layer.createCAdESFromBase64('PKCS12', 'AAAA', 'AUTHENTICATION'), /storage\.empty/);
  const stamped = NCALayerClient.basicsCMSParamsAttached;
  await assert.rejects(layer.basicsSignCMS(basicsStorageAll, 'AAAA', stamped, basicsSignerTestAny), /SIGNING_FAILURE/);
  await answers('fail');
  await assert.rejects(layer.basicsSignCMS(basicsStorageAll, 'AAAA', attached, basicsSignerTestAny), /SIGNING_FAILURE/);
});
