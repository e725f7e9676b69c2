// The answer by response_mode=form_post (C8-3): the page sends itself, without scripts its button does, and what the
// client receives is what it sent and what we wrote, letter by letter.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';

import { after, before, beforeEach, test } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { binary, Demo } from '../harness/demo.mjs';
import { allow, bindDevice, signWithEds, typeCode } from '../harness/journey.mjs';
import { inspect } from '../harness/look.mjs';
import { GRADUATE } from '../harness/people.mjs';

const SECRET = 'a-secret-of-the-form-post-client-for-tests';
const VERIFIER = 'a-verifier-of-the-browser-tests-of-more-than-43-letters';
/** Whatever an attribute, an element, an address or a form encoding could take for its own. */
const STATE = `"'><script>globalThis.ran=1</script><img src=x onerror=globalThis.ran=1>&quot;&amp;&#34;%22%3C +=\\;</form>\`{{7*7}}`;

let browser;
let client;
let demo;
let received;
before(async () => {
  [browser, demo] = await Promise.all([launch(), Demo.start()]);
  client = http.createServer(async (request, answer) => {
    let body = '';
    for await (const part of request) body += part;
    received.push({ method: request.method, url: request.url, type: request.headers['content-type'], referer: request.headers.referer, body });
    answer.setHeader('content-type', 'text/html').end('<title>received</title><p id="received">received</p>');
  });
  await new Promise((resolve) => client.listen(0, '127.0.0.1', resolve));
  client.origin = `http://127.0.0.1:${client.address().port}`;
  const file = join(demo.data, 'form-post.json');
  writeFileSync(file, JSON.stringify([{
    client_id: 'form-post', client_name: 'Form post', client_secret: SECRET, redirect_uris: [`${client.origin}/cb`], scope: 'openid profile',
  }]));
  execFileSync(binary, ['clients', 'apply', file, '--config', join(demo.data, 'kiru.toml')], { stdio: 'pipe', timeout: 30_000 });
});
after(async () => {
  await browser?.close();
  client?.closeAllConnections();
  client?.close();
  await demo?.stop();
});
beforeEach(() => { received = []; });

const request = (extra) => `${demo.issuer}/authorize?${new URLSearchParams({
  client_id: 'form-post',
  redirect_uri: `${client.origin}/cb`,
  response_type: 'code',
  response_mode: 'form_post',
  scope: 'openid profile',
  state: STATE,
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
  ...extra,
})}`;

/** The one POST that arrived, as the fields of its form. */
function answerReceived() {
  const posts = received.filter(({ url }) => url !== '/favicon.ico');
  assert.equal(posts.length, 1, JSON.stringify(received));
  const [{ method, url, type, referer, body }] = posts;
  assert.deepEqual([method, url, type, referer], ['POST', '/cb', 'application/x-www-form-urlencoded', undefined]);
  const fields = new URLSearchParams(body);
  assert.equal(fields.get('state'), STATE);
  assert.equal(fields.get('iss'), demo.issuer);
  assert.equal(new Set(fields.keys()).size, [...fields.keys()].length, 'each field once');
  return fields;
}

test('the answer sends itself to the client, unchanged', async () => {
  const window = await open(browser, demo, { others: [client.origin] });
  await window.page.goto(request({ prompt: 'none' }));
  await window.page.locator('#received').waitFor();
  assert.equal(answerReceived().get('error'), 'login_required');
  await close(window);
});

test('without scripts the button sends it, unchanged', async () => {
  const window = await open(browser, demo, { script: false, others: [client.origin] });
  const { page } = window;
  await page.goto(request({ prompt: 'none' }));
  assert.equal(received.length, 0);
  assert.ok(await page.locator('#continue').isVisible());
  assert.equal(await page.locator('img[src=x], form script, main script').count(), 0, 'the state became no element');
  await page.locator('#continue').click();
  await page.locator('#received').waitFor();
  assert.equal(answerReceived().get('error'), 'login_required');
  await close(window);
});

test('the page that waits for its button is a page like all others', async () => {
  const window = await open(browser, demo, { language: 'kk', others: [client.origin] });
  await window.page.route((url) => url.pathname.includes('form_post'), (route) => route.abort());
  await window.page.goto(request({ prompt: 'none' }));
  await window.page.locator('#continue').waitFor();
  assert.equal(await window.page.evaluate(() => globalThis.ran), undefined);
  await inspect(window, 'form-post');
  window.faults = window.faults.filter((fault) => !fault.includes('ERR_FAILED'));
  await close(window);
});

test('the code of a whole sign-in arrives by form post and is worth its tokens', async () => {
  const window = await open(browser, demo, { others: [client.origin] });
  const before = (await demo.messages()).length;
  await window.page.goto(request({}));
  await signWithEds(window, demo, GRADUATE);
  await typeCode(window, demo, before);
  await bindDevice(window);
  await allow(window);
  await window.page.locator('#received').waitFor();
  const code = answerReceived().get('code');
  const answer = await fetch(`${demo.issuer}/token`, {
    method: 'POST',
    signal: AbortSignal.timeout(20_000),
    headers: { authorization: `Basic ${Buffer.from(`form-post:${SECRET}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: `${client.origin}/cb`, code_verifier: VERIFIER }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  assert.ok((await answer.json()).id_token);
  await close(window);
});
