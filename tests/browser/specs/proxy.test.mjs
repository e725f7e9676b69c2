// Kiru behind a real nginx, configured as documented (OP-11): a whole sign-in through it, the client's address, and
// requests on which two servers could disagree.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';

import { after, before, test, within } from '../harness/bounds.mjs';
import { close, launch, open } from '../harness/browser.mjs';
import { pause } from '../harness/demo.mjs';
import { CLIENT, Proxied } from '../harness/proxy.mjs';

const SECRET = 'a-secret-of-the-client-behind-the-proxy';
const VERIFIER = 'a-verifier-of-the-browser-tests-of-more-than-43-letters';
const CALLBACK = 'https://client.example/cb';
const NETWORK = '127.44.55.0/24';

let browser;
let proxied;
before(async () => {
  proxied = await Proxied.start(
    [{ client_id: 'client', client_name: 'Client', client_secret: SECRET, redirect_uris: [CALLBACK], scope: 'openid profile' }],
    [{ login: 'asel', facts: { name: 'Әсел' } }],
  );
  browser = await launch(proxied.switches);
});
after(async () => {
  await browser?.close();
  await proxied?.stop();
});

/** A request through nginx from the client's address: status, headers and body. */
const ask = (path, { method = 'GET', headers = {}, body } = {}) => new Promise((resolve, reject) => {
  const options = { host: '127.0.0.1', port: proxied.nginx, localAddress: CLIENT, servername: 'id.example.kz', rejectUnauthorized: false, agent: false, signal: AbortSignal.timeout(20_000) };
  const request = https.request({ ...options, path, method, headers: { host: 'id.example.kz', ...headers } }, async (answer) => {
    let text = '';
    for await (const part of answer.setEncoding('utf8')) text += part;
    resolve({ status: answer.statusCode, headers: answer.headers, text });
  });
  request.on('error', reject).end(body);
});

test('a whole sign-in goes through nginx, and every event knows the client behind it', async () => {
  const window = await open(browser, { issuer: proxied.issuer, diary: CALLBACK, desk: CALLBACK, signer: 'wss://127.0.0.1:13579' });
  const { page } = window;
  await page.route(`${CALLBACK}?**`, (route) => route.fulfill({ contentType: 'text/html', body: '<title>back</title>' }));
  await page.goto(`${proxied.issuer}/authorize?${new URLSearchParams({
    client_id: 'client', redirect_uri: CALLBACK, response_type: 'code', scope: 'openid profile', state: 'a state',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'), code_challenge_method: 'S256',
  })}`);
  assert.ok(page.url().startsWith(`${proxied.issuer}/flow/`), page.url());
  await page.locator('[name=person]').fill('asel');
  await page.locator('#continue').click();
  for (const button of ['#continue', '#bind', '#allow']) await page.locator(button).click();
  await page.waitForURL(`${CALLBACK}?**`);
  const names = (await window.context.cookies(proxied.issuer)).map(({ name }) => name.replace(/_[0-9a-f]{32}$/, ''));
  assert.ok(names.includes('__Host-kiru_session') && names.includes('__Host-kiru_device'), `${names}`);
  const answer = new URL(page.url()).searchParams;
  assert.equal(answer.get('iss'), proxied.issuer);

  const tokens = await ask('/token', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${Buffer.from(`client:${SECRET}`).toString('base64')}` },
    body: `${new URLSearchParams({ grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: CALLBACK, code_verifier: VERIFIER })}`,
  });
  assert.equal(tokens.status, 200, tokens.text);
  const userinfo = await ask('/userinfo', { headers: { authorization: `Bearer ${JSON.parse(tokens.text).access_token}` } });
  assert.equal(JSON.parse(userinfo.text).name, 'Әсел');

  const events = proxied.rows("SELECT kind, address FROM audit_events WHERE address IS NOT NULL AND kind NOT IN ('client_applied', 'person_applied')");
  assert.ok(events.some(({ kind }) => kind === 'signed_in'), JSON.stringify(events));
  for (const { kind, address } of events) assert.equal(address, CLIENT, kind);
  const networks = new Set(proxied.requests().map(({ network }) => network));
  assert.deepEqual([...networks], [NETWORK]);
  await close(window);
});

test('what a client says about itself reaches nobody', async () => {
  const route = '/.well-known/openid-configuration';
  const before = (await proxied.requestsTo(route, 0)).length;
  for (const headers of [
    { 'x-forwarded-for': '203.0.113.9' }, { 'x-forwarded-for': '127.0.0.1, 127.0.0.1' }, { forwarded: 'for=203.0.113.9;host=evil.example;proto=http' },
    { 'x-real-ip': '203.0.113.9' }, { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'x-original-url': '/privacy' },
    { 'x-http-method-override': 'DELETE' },
  ]) {
    const answer = await ask(route, { headers });
    assert.equal(answer.status, 200);
    assert.equal(JSON.parse(answer.text).issuer, proxied.issuer);
    assert.ok(!answer.text.includes('evil') && !answer.text.includes('http://'), answer.text);
  }
  const seen = (await proxied.requestsTo(route, before + 6)).slice(before);
  assert.equal(seen.length, 6);
  for (const { network, method } of seen) assert.deepEqual([network, method], [NETWORK, 'GET']);
});

test('another host gets nothing', async () => {
  const answer = await ask('/help', { headers: { host: 'evil.example' } });
  assert.equal(answer.status, 421);
  const unnamed = tls.connect({ host: '127.0.0.1', port: proxied.nginx, servername: 'evil.example', rejectUnauthorized: false });
  const greeted = new Promise((resolve, reject) => unnamed.on('secureConnect', resolve).on('error', reject));
  await assert.rejects(within(20_000, greeted, () => 'nginx is silent'), /unrecognized name/i);
});

/** The inner request; nobody else in this file asks for this page. */
const SMUGGLED = 'GET /privacy HTTP/1.1\r\nHost: id.example.kz\r\nX: y\r\n\r\n';
const head = (first, ...lines) => `${[first, ...lines].join('\r\n')}\r\n\r\n`;
const post = (...lines) => head('POST /token HTTP/1.1', 'Host: id.example.kz', 'Content-Type: application/x-www-form-urlencoded', ...lines);
const chunked = `0\r\n\r\n${SMUGGLED}`;

const ATTEMPTS = {
  'a length and chunks': post(`Content-Length: ${chunked.length}`, 'Transfer-Encoding: chunked') + chunked,
  'chunks and a length': post('Transfer-Encoding: chunked', 'Content-Length: 4') + chunked,
  'a length of nothing and chunks': post('Content-Length: 0', 'Transfer-Encoding: chunked') + chunked,
  'a space before the colon': post(`Content-Length: ${chunked.length}`, 'Transfer-Encoding : chunked') + chunked,
  'a coding that nobody knows': post(`Content-Length: ${chunked.length}`, 'Transfer-Encoding: xchunked') + chunked,
  'a tab in the coding': post(`Content-Length: ${chunked.length}`, 'Transfer-Encoding:\tchunked') + chunked,
  'a vertical tab in the coding': post(`Content-Length: ${chunked.length}`, 'Transfer-Encoding: \vchunked') + chunked,
  'two codings': post(`Content-Length: ${chunked.length}`, 'Transfer-Encoding: identity', 'Transfer-Encoding: chunked') + chunked,
  'chunked and then identity': post('Transfer-Encoding: chunked, identity') + chunked,
  'an underscore': post(`Content-Length: ${chunked.length}`, 'Transfer_Encoding: chunked') + chunked,
  'a folded coding': post(`Content-Length: ${chunked.length}`, 'X-A: b\r\n Transfer-Encoding: chunked') + chunked,
  'a coding on a folded line': post(`Content-Length: ${chunked.length}`, 'Transfer-Encoding:\r\n chunked') + chunked,
  'a folded length': post('Content-Length:\r\n 0') + SMUGGLED,
  'two lengths': post('Content-Length: 0', `Content-Length: ${SMUGGLED.length}`) + SMUGGLED,
  'two lengths in one': post(`Content-Length: 0, ${SMUGGLED.length}`) + SMUGGLED,
  'a length with a sign': post('Content-Length: +0') + SMUGGLED,
  'a length in another base': post('Content-Length: 0x0') + SMUGGLED,
  'a length below nothing': post('Content-Length: -1') + SMUGGLED,
  'a chunk of a size with a sign': `${post('Transfer-Encoding: chunked')}+0\r\n\r\n${SMUGGLED}`,
  'a chunk of a size that overflows': `${post('Transfer-Encoding: chunked')}10000000000000000\r\n\r\n${SMUGGLED}`,
  'a chunk whose extension ends with a line feed': `${post('Transfer-Encoding: chunked')}0;a\n\r\n${SMUGGLED}`,
  'a line that ends with a carriage return': post('Content-Length: 0', 'X: a\rTransfer-Encoding: chunked') + SMUGGLED,
  'a zero byte': post('Content-Length: 0', 'X: a\0b') + SMUGGLED,
  'two hosts': head('GET /help HTTP/1.1', 'Host: id.example.kz', 'Host: evil.example'),
  'two hosts, ours last': head('GET /help HTTP/1.1', 'Host: evil.example', 'Host: id.example.kz'),
  'a folded host': head('GET /help HTTP/1.1', 'Host: id.example.kz\r\n evil.example'),
  'no host': head('GET /help HTTP/1.1', 'X: y'),
  'a host with a user': head('GET /help HTTP/1.1', 'Host: id.example.kz@evil.example'),
  'a target of another host': head('GET https://evil.example/help HTTP/1.1', 'Host: id.example.kz'),
  'a target of another host in plain': head('GET http://evil.example/help HTTP/1.1', 'Host: id.example.kz'),
  'a target with an address only': head('GET evil.example:443 HTTP/1.1', 'Host: id.example.kz'),
  'a target with a space': head('GET /help /privacy HTTP/1.1', 'Host: id.example.kz'),
  'a tunnel': head('CONNECT 127.0.0.1:22 HTTP/1.1', 'Host: id.example.kz'),
  'an upgrade to HTTP/2 in plain': head('GET /help HTTP/1.1', 'Host: id.example.kz', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'),
  'a version that does not exist': head('GET /help HTTP/1.9 ', 'Host: id.example.kz'),
};

/** Sends the bytes, waits until the other side is done or silent, and answers what came back. */
function sends(socket, text) {
  return new Promise((resolve) => {
    let heard = '';
    const done = () => { socket.destroy(); resolve(heard); };
    const silent = setTimeout(done, 1200);
    let idle;
    socket.setEncoding('latin1').on('data', (data) => {
      heard += data;
      clearTimeout(idle);
      idle = setTimeout(done, 250);
    });
    for (const event of ['end', 'error', 'close']) socket.on(event, () => { clearTimeout(silent); clearTimeout(idle); done(); });
    socket.write(Buffer.from(text, 'latin1'));
  });
}

/** nginx takes a line feed for the end of a line here, and reads two requests; Kiru gets those two, each by itself. */
const TWO_FOR_NGINX = 'a chunk whose extension ends with a line feed';

async function assertNothingSmuggled(what, heard, requests) {
  const statuses = [...heard.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));
  assert.ok(requests.length <= statuses.length, `${what}: Kiru read ${requests.length} requests, the client got ${statuses}`);
  if (what !== `${TWO_FOR_NGINX} through nginx`) {
    assert.ok(statuses.length <= 1, `${what}: ${statuses}`);
    assert.ok(!requests.some(({ route }) => route === '/privacy'), `${what}: the inner request was answered`);
  }
  assert.ok(!statuses.includes(101), `${what} opened a tunnel`);
  assert.ok(!/^location:/im.test(heard) && !heard.includes('evil.example'), `${what}: ${heard}`);
  for (let turn = 0; turn < 2; turn += 1) {
    const next = await ask('/jwks');
    assert.deepEqual([next.status, next.headers['content-type'].split(';')[0]], [200, 'application/json'], `${what}: the next one gets another's answer`);
  }
}

for (const [where, connect] of [
  ['through nginx', () => tls.connect({ host: '127.0.0.1', port: proxied.nginx, servername: 'id.example.kz', rejectUnauthorized: false })],
  ['at Kiru itself', () => net.connect(proxied.kiru, '127.0.0.1')],
]) {
  test(`no request is smuggled ${where}`, async () => {
    for (const [what, bytes] of Object.entries(ATTEMPTS)) {
      const before = proxied.requests().length;
      const heard = await sends(connect(), bytes);
      await pause(50); // the line about a request is written after its answer
      await assertNothingSmuggled(`${what} ${where}`, heard, proxied.requests().slice(before).filter(({ route }) => route !== '/jwks'));
    }
  });
}
